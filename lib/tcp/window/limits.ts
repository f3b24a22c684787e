import type { Segment } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import type { Flow } from '../flow.ts';
import { halfBeyond, roundTripOf } from '../timing/vantage.ts';

/** A window counts as full from this share of it on, and as barely used up to that one. */
const FULL = 0.9;
const BARELY = 0.5;
/** Segments after which it is looked again where the tap stands. */
const LOOK_AGAIN = 64;

const APPLICATION = 0;
const RECEIVE_WINDOW = 1;
const NETWORK = 2;

/** Options take up to so much of a segment (RFC 9293 3.1). */
const OPTION_BYTES = 40;

/** No segment of this size is short: many at once, before a card cuts them, are as large as what was at hand. */
function fullSize(largest: number, back: Flow): number {
  return back.mss > OPTION_BYTES ? Math.min(largest, back.mss - OPTION_BYTES) : largest;
}

/**
 * What held a bulk transfer back, as shares of its time: from each segment to the next things stand as they stood when the
 * first went out.
 */
export class Limits {
  /** Seconds charged to each of the three. */
  private readonly charged: Float64Array = new Float64Array(3);
  private to: number = NETWORK;
  /** Since when it has been so. */
  private seconds = 0;
  private nanos = 0;
  private segments = 0;
  /** Bytes that the sender counts as in flight, for each that the tap does: it hears of ACKs later than the tap. */
  private magnify = 1;

  /** A segment of `flow` went out, and is counted in `flow.next`. */
  add(connection: Connection, flow: Flow, back: Flow, segment: Segment): void {
    const { acked } = flow;
    this.weigh(connection, flow, back, segment, (flow.next - acked) | 0, (back.edge - acked) | 0, flow.largestSegment);
  }

  /** The same, by the figures: bytes not acknowledged, how many the receiver takes, and the largest payload so far. */
  weigh(
    connection: Connection,
    flow: Flow,
    back: Flow,
    segment: Segment,
    unacknowledged: number,
    window: number,
    largest: number,
  ): void {
    if (this.segments++ % LOOK_AGAIN === 0) {
      const beyond = halfBeyond(connection, flow);
      this.magnify = beyond > 0 ? Math.max(1, roundTripOf(connection, flow, back) / beyond) : 1;
    }
    const selective = flow.detail === null ? 0 : flow.detail.sacked.total;
    const flight = (unacknowledged - selective) * this.magnify;
    let to = NETWORK;
    if (flight >= window * FULL || window - flight < largest) to = RECEIVE_WINDOW;
    else if (segment.length < fullSize(largest, back) && flight < window * BARELY) to = APPLICATION;
    if (to === this.to && this.segments > 1) return;
    if (this.segments > 1) this.charge(segment.seconds, segment.nanos);
    this.to = to;
    this.seconds = segment.seconds;
    this.nanos = segment.nanos;
  }

  private charge(seconds: number, nanos: number): void {
    this.charged[this.to]! += Math.max(0, seconds - this.seconds + (nanos - this.nanos) * 1e-9);
  }

  /** The shares, once `flow` has said its last: the transfer ends with its last payload. */
  shares(flow: Flow): { application: number; receiveWindow: number; network: number } | null {
    const charged = this.charged.slice();
    const rest = flow.lastDataSeconds - this.seconds + (flow.lastDataNanos - this.nanos) * 1e-9;
    charged[this.to]! += Math.max(0, rest);
    const total = charged[APPLICATION]! + charged[RECEIVE_WINDOW]! + charged[NETWORK]!;
    if (total <= 0) return null;
    return {
      application: charged[APPLICATION]! / total,
      receiveWindow: charged[RECEIVE_WINDOW]! / total,
      network: charged[NETWORK]! / total,
    };
  }
}
