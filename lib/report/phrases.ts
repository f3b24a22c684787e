import type { Finding } from '../facts/finding.ts';
import { figures, grouped, size } from '../facts/wording.ts';

/** Words of reports beside those that findings use as well. */
export { at, bitRate, count, duration, grouped, list, percent, size, socket } from '../facts/wording.ts';

/** `6 frames from 73`, `frame 73`; `the whole capture` where a finding names no frame. */
export function framesText({ count, first }: Finding['frames']): string {
  if (first === 0) return 'the whole capture';
  return count > 1 ? `${grouped(count)} frames from ${first}` : `frame ${first}`;
}

/** As `size`, for narrow places: `512 B`, `1.2 kB`. */
export function shortSize(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : bytes < 10_000 ? `${figures(bytes / 1000)} kB` : size(bytes);
}

/** Names of the field, which keep their capitals. */
const NAMES = /\b(syn acks?|syns?|fins?|rsts?|acks?|rtts?|rto|mss|ttls?|ip|icmp|tcp|sack|isn)\b/g;

/** `camelCaseWords` -> `camel case words`, `synAcksSent` -> `SYN-ACKs sent`, `tail_loss_probe` -> `tail loss probe`. */
export function words(name: string): string {
  return name
    .replaceAll('_', ' ')
    .replace(/[A-Z]+/g, (c) => ` ${c.toLowerCase()}`)
    .replace(NAMES, (found) =>
      found
        .replace(' ', '-')
        .toUpperCase()
        .replace(/S$/, found === 'mss' ? 'S' : 's'),
    );
}
