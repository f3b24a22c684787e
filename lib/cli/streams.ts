import type { PayloadOptions } from '../engine/payload.ts';
import type { CaptureOptions } from './options.ts';

/** Whose payload is meant by `--stream`, `--connection` and `--where`. `chosen`: what a first reading found, with `--where`. */
export function meantBy(
  { stream, connection }: CaptureOptions,
  chosen: { has(connection: number): boolean } | undefined,
): NonNullable<PayloadOptions['wants']> {
  return (ofConnection, ofStream) =>
    chosen?.has(ofConnection) ?? ((connection ?? ofConnection) === ofConnection && (stream ?? ofStream) === ofStream);
}
