import { seqGe, seqGt } from '../../bytes/seq.ts';
import type { Silence } from '../../facts/connection.ts';
import { secondsBetween } from '../../facts/moment.ts';
import { IDLE } from '../../facts/notes.ts';
import { ACK, RST, type Segment } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import { WATCH_SILENCE } from './watch.ts';

/** Silence inside a connection from which on it counts, seconds. */
export const IDLE_SECONDS = 10;
const KEPT = 8;

/** A silence, and what acknowledges the segment that broke it. */
export type KeptSilence = { -readonly [K in keyof Silence]: Silence[K] } & { readonly ack: number };

/** `s` breaks a silence: `c` still knows when the last segment before it came. */
export function breakSilence(c: Connection, fromClient: boolean, s: Segment): void {
  c.notes |= IDLE;
  c.watch |= WATCH_SILENCE;
  const silence: KeptSilence = {
    start: { seconds: c.lastSeconds, nanos: c.lastNanos },
    end: { seconds: s.seconds, nanos: s.nanos },
    brokenBy: fromClient ? 'client' : 'server',
    frame: s.frame,
    bytes: s.length,
    answer: 'nothing',
    answerFrame: null,
    ack: (s.seq + s.length) | 0,
  };
  const odd = c.odd();
  odd.silences ??= [];
  const { silences } = odd;
  silences.push(silence);
  silences.sort((a, b) => lengthOf(b) - lengthOf(a));
  if (silences.length > KEPT) silences.pop();
}

function lengthOf({ start, end }: Silence): number {
  return secondsBetween(start, end);
}

/** A segment after a silence: what breaks it may be no use of the connection (`verdict` is not 0), or it is an answer. */
export function answerSilence(c: Connection, fromClient: boolean, s: Segment, verdict: number): void {
  const side = fromClient ? 'client' : 'server';
  let open = false;
  for (const silence of c.oddities?.silences ?? []) {
    if (silence.frame === s.frame && verdict !== 0) silence.bytes = 0;
    if (silence.answerFrame !== null) continue;
    if (silence.brokenBy !== side && silence.frame !== s.frame) {
      if ((s.flags & RST) !== 0) silence.answer = 'reset';
      else if ((s.flags & ACK) !== 0 && isCovered(silence, s.ack)) silence.answer = 'alive';
      if (silence.answer !== 'nothing') silence.answerFrame = s.frame;
    }
    if (silence.answerFrame === null) open = true;
  }
  if (!open) c.watch &= ~WATCH_SILENCE;
}

/** The acknowledgment covers some of what was sent; without payload, it need not. */
function isCovered({ ack, bytes }: KeptSilence, acknowledged: number): boolean {
  return bytes > 0 ? seqGt(acknowledged, (ack - bytes) | 0) : seqGe(acknowledged, ack);
}
