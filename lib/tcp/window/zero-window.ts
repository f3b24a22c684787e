import { seqDiff, seqGe, seqMax } from '../../bytes/seq.ts';
import type { ZeroWindowSpell } from '../../facts/connection.ts';
import { momentOf } from '../../facts/moment.ts';
import { ZERO_WINDOW } from '../../facts/notes.ts';
import { RST, SYN } from '../../packet/segment.ts';
import { elapsed } from '../timing/elapsed.ts';
import { roundTripOf } from '../timing/vantage.ts';
import type { Case } from '../verdict/case.ts';
import { FlowDetail } from '../verdict/detail.ts';
import { updateWindow } from './advertised.ts';

const KEPT_SPELLS = 256;
const KEPT_FRAMES = 64;

type Growing = { -readonly [K in keyof ZeroWindowSpell]: ZeroWindowSpell[K] } & { probeFrames: number[] };

/** The spells in which one endpoint advertised a window of zero. */
export class ZeroWindows {
  readonly spells: Growing[] = [];
  /** Seconds in spells that are over. */
  total = 0;
  /** The last spell goes on. */
  isOpen = false;
  /** Since the last spell ended: until when data counts as having waited, and the sender's next byte at that time. */
  countingUntil = 0;
  nextAtReopening = 0;
}

/** Takes the window of a segment that nothing has overtaken, and sees where the window closes and opens. */
export function turnWindow(it: Case): void {
  const { flow, segment } = it;
  const wasClosed = flow.window === 0 && (flow.maxWindow > 0 || flow.detail?.zeroWindows?.isOpen === true);
  const fullBefore = isFull(it);
  updateWindow(flow, it.back, segment);
  if (segment.flags & (SYN | RST)) return;
  if (segment.window === 0 && !wasClosed) close(it, fullBefore);
  else if (segment.window !== 0 && wasClosed) open(it);
  const windows = flow.detail?.zeroWindows;
  if (windows?.isOpen) windows.spells.at(-1)!.lastSeen = momentOf(segment);
}

/** The peer had sent all that the window let it. */
function isFull({ flow, back, segment }: Case): boolean {
  return flow.maxWindow > 0 && seqGe(back.next, flow.edge) && seqGe(segment.ack, back.next);
}

function close(it: Case, full: boolean): void {
  const { connection, flow, back, segment } = it;
  connection.notes |= ZERO_WINDOW;
  // Closing the window on a peer that has said its last word keeps nobody waiting.
  if (back.finSent === 1 && seqGe(segment.ack, back.next)) return;
  flow.detail ??= new FlowDetail();
  flow.detail.zeroWindows ??= new ZeroWindows();
  const windows = flow.detail.zeroWindows;
  if (windows.spells.length === KEPT_SPELLS) return;
  const now = momentOf(segment);
  windows.isOpen = true;
  windows.spells.push({
    start: now,
    frame: segment.frame,
    end: null,
    endFrame: null,
    lastSeen: now,
    probes: 0,
    probeFrames: [],
    pending: full ? 'full window' : null,
    bytesWaiting: 0,
    endedBy: 'capture end',
  });
}

function open(it: Case): void {
  const { connection, flow, back, segment } = it;
  const windows = flow.detail?.zeroWindows;
  if (!windows?.isOpen) return;
  const spell = windows.spells.at(-1)!;
  spell.end = momentOf(segment);
  spell.endFrame = segment.frame;
  spell.lastSeen = spell.end;
  spell.endedBy = 'window';
  windows.isOpen = false;
  windows.total += elapsed(segment, spell.start.seconds, spell.start.nanos);
  windows.countingUntil =
    elapsed(segment, spell.start.seconds, spell.start.nanos) + roundTripOf(connection, back, flow) + 0.001;
  windows.nextAtReopening = back.next;
}

/** The peer sent something new: if the window had just reopened, it had been waiting. */
export function sawData(it: Case): void {
  const { flow, back, segment } = it;
  const windows = back.detail?.zeroWindows;
  const spell = windows?.spells.at(-1);
  if (!windows || !spell) return;
  if (windows.isOpen) {
    spell.lastSeen = momentOf(segment);
    return;
  }
  if (elapsed(segment, spell.start.seconds, spell.start.nanos) > windows.countingUntil) return;
  spell.bytesWaiting = Math.max(
    spell.bytesWaiting,
    seqDiff(seqMax(flow.next, windows.nextAtReopening), windows.nextAtReopening),
  );
  spell.pending ??= 'data on reopening';
}

/** The peer probes the closed window: it has something to send. */
export function sawProbe(it: Case): void {
  const windows = it.back.detail?.zeroWindows;
  const spell = windows?.spells.at(-1);
  if (!windows?.isOpen || !spell) return;
  spell.probes++;
  if (spell.probeFrames.length < KEPT_FRAMES) spell.probeFrames.push(it.segment.frame);
  spell.pending = 'probes';
  spell.lastSeen = momentOf(it.segment);
}
