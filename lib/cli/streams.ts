import type { PayloadOptions } from '../engine/options.ts';
import type { CaptureOptions } from './options.ts';

/** Whose payload `--stream`, `--connection` and `--where` mean. `chosen`: what a first reading found, with `--where`. */
export function meantBy(
  { stream, connection }: CaptureOptions,
  chosen: { has(connection: number): boolean } | undefined,
): NonNullable<PayloadOptions['wants']> {
  return (of) =>
    chosen?.has(of.connection) ??
    ((connection ?? of.connection) === of.connection && (stream ?? of.stream) === of.stream);
}
