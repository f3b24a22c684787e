import { availableParallelism } from 'node:os';
import { statOf } from '../engine/sources/stat.ts';
import type { Interest } from './analyse.ts';
import type { TraceSource } from './inputs.ts';
import type { CaptureOptions } from './options.ts';

/** What is to be had only where the capture's bytes are, or where the work on connections is by far the larger part. */
const TAKES_BYTES: { readonly [what in keyof Interest['ask']]-?: boolean } = {
  onComment: false,
  onConnection: false,
  onLoneSyn: false,
  wake: false,
  lends: false,
  onPacket: true,
  labels: true,
  zeek: true,
  metrics: true,
  payload: true,
};

/** Less than this takes no longer on one thread. */
export const WORTH_BYTES = 32 * 1024 * 1024;

/**
 * A trace of files is read, decompressed, decoded and looked up on another thread (engine/workers): where connections are
 * all that is wanted of it, and that helps, or is asked for.
 */
export function isReadApart(
  { files, endless }: TraceSource,
  { ask, see, make }: Interest,
  { threads, maxMemory }: CaptureOptions,
): boolean {
  const asked = Object.keys(ask) as (keyof typeof ask)[];
  const takesBytes = asked.some((what) => TAKES_BYTES[what] && Boolean(ask[what]));
  if (threads === 1 || maxMemory !== undefined || endless || takesBytes || see !== undefined || make !== undefined) {
    return false;
  }
  const stats = files.map((path) => statOf(path));
  const bytes = stats.reduce((sum, stat) => sum + (stat?.size ?? 0), 0);
  const helps = bytes >= WORTH_BYTES && availableParallelism() > 1;
  return (threads !== undefined || helps) && stats.every((stat) => stat?.isFile());
}
