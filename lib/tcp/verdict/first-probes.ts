import { seqDiff } from '../../bytes/seq.ts';
import { KEPT_ALIVE, ZERO_WINDOW } from '../../facts/notes.ts';
import { HIGH, HOW_NONE, KEEP_ALIVE, ZERO_WINDOW_PROBE } from '../../facts/verdict.ts';
import { SYN_SEEN } from '../flow.ts';
import type { Case } from './case.ts';
import type { FlowDetail } from './detail.ts';
import { Judgement } from './judgement.ts';
import { framesRemembered } from './recent-acks.ts';

const revised = new Judgement();

/**
 * The capture began with bare segments of `back`, all of one sequence number, and what comes back now acknowledges one more,
 * though nothing was sent: that number had been acknowledged before the capture began, and they were probes.
 */
export function beganWithProbes({ back, segment }: Case): boolean {
  const isBare = back.bytes === 0 && back.finSent === 0 && back.next === back.isn;
  return isBare && (back.options & SYN_SEEN) === 0 && seqDiff(segment.ack, back.next) === 1;
}

/** Says so of them: of a closed window if the answer shows one, else keep-alives. */
export function revealProbes({ connection, back, segment, memory, revisions }: Case, detail: FlowDetail): void {
  const frames = framesRemembered(memory.acks, back);
  if (segment.window === 0) {
    connection.notes |= ZERO_WINDOW;
    detail.zeroWindowProbes += frames.length;
    detail.probedAt = segment.ack;
  } else {
    connection.notes |= KEPT_ALIVE;
    detail.keepAlives += frames.length;
  }
  revised.set(segment.window === 0 ? ZERO_WINDOW_PROBE : KEEP_ALIVE, HOW_NONE, false, HIGH, 0);
  for (const frame of frames) revisions.revise(frame, revised);
}
