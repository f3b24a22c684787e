import type { ReorderFacts } from '../../facts/connection.ts';
import type { ZeroWindows } from '../window/zero-window.ts';
import type { Chain, Run } from './episodes.ts';
import type { KeepAlives } from './keep-alives.ts';
import type { Pending } from './pending.ts';
import type { Pieces } from './pieces.ts';
import { Ranges } from './ranges.ts';
import type { SeqIndex } from './seq-index.ts';

/** What retransmissions of a flow come from, until the peer has acknowledged past `recoverTo`. */
export const NOT_RECOVERING = 0;
export const RECOVERING_FAST = 1;
export const RECOVERING_TIMEOUT = 2;

/** Pending verdicts kept at most: the oldest stay as they are. */
const PENDING = 64;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What only a flow with odd events needs. */
export class FlowDetail {
  /** The way into a long history (verdict/history.ts). */
  index: SeqIndex | null = null;
  /** What the peer has acknowledged selectively. */
  readonly sacked: Ranges = new Ranges();
  /** What passed the tap with a wrong checksum: it arrived nowhere. */
  damaged: Ranges | null = null;
  /** When the peer reported last that something is missing, by SACK. */
  reportedSeconds = 0;
  reportedNanos = 0;
  readonly pending: Pending[] = [];
  /** Those of them whose bytes are not acknowledged. */
  uncovered = 0;

  recovery: number = NOT_RECOVERING;
  recoverTo = 0;
  /** `flow.next` when the last tail-loss probe went out. */
  tailProbed = 0;

  /** Where a flight ended that was lost in front of the tap, while a recovery makes the sender go through it again. */
  goesBackTo = 0;

  /** The first large flight, while it may be one that was cut in pieces (verdict/pieces.ts). */
  pieces: Pieces | null = null;

  /** Bare segments that came behind what their receiver has, each to be answered by an ACK (RFC 9293 3.10.7.4): how many, since when. */
  stale = 0;
  staleSeconds = 0;
  staleNanos = 0;

  /** Gaps in front of which as many numbers were left out as segments are missing (verdict/sending-order.ts). */
  countedGaps = 0;

  /** Packets known to be lost in front of the tap since the highest byte seen (verdict/carrying.ts). */
  lost = 0;

  /** The last SYN that does not belong to the connection. */
  straySeq = 0;
  strayFrame = 0;

  /** A window probe of one byte at `flow.next`: end of that byte, while `probing` is 1. */
  probing = 0;
  probeEnd = 0;
  /** `flow.next` at the last window probe of any kind. */
  probedAt = 0;

  // Counters of what this endpoint sent.
  retransmissions = 0;
  retransmittedBytes = 0;
  /** Payload bytes that were no news: repeats of any kind. */
  repeatedBytes = 0;
  spurious = 0;
  reordered = 0;
  duplicates = 0;
  keepAlives = 0;
  zeroWindowProbes = 0;
  /** Bytes that the peer acknowledged though the tap never saw them. */
  unseenBytes = 0;

  // Episodes (verdict/episodes.ts, verdict/keep-alives.ts, window/zero-window.ts).
  readonly runs: Run[] = [];
  readonly chains: Map<number, Chain> = new Map();
  readonly closedChains: Chain[] = [];
  reorderings: (Mutable<ReorderFacts> & { frames: number[] }) | null = null;
  keepAliveRuns: KeepAlives | null = null;
  zeroWindows: ZeroWindows | null = null;

  remember(pending: Pending): void {
    this.pending.push(pending);
    this.uncovered++;
    if (this.pending.length <= PENDING) return;
    for (const dropped of this.pending.splice(0, PENDING / 2)) if (dropped.coveredAfter < 0) this.uncovered--;
  }

  /** Nothing is going on that the next acknowledgment in order could change. */
  isCalm(): boolean {
    return (
      this.uncovered === 0 &&
      this.recovery === NOT_RECOVERING &&
      this.sacked.total === 0 &&
      this.chains.size === 0 &&
      this.zeroWindows === null &&
      this.keepAliveRuns === null &&
      (this.runs.length === 0 || this.runs[this.runs.length - 1]!.stalledSince === null)
    );
  }
}
