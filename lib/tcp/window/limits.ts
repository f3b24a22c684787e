import type { Segment } from '../../packet/segment.ts';
import { elapsed } from '../timing/elapsed.ts';

/** A window counts as full from this share of it on, and as barely used up to that one. */
const FULL = 0.9;
const BARELY = 0.5;

/**
 * What held a bulk transfer back, as shares of the time between its segments: each interval is charged to how things
 * stood at its beginning.
 */
export class Limits {
  private application = 0;
  private receiveWindow = 0;
  private network = 0;
  private seconds = 0;
  private nanos = 0;
  private charged: 'application' | 'receiveWindow' | 'network' | null = null;

  /** A segment went out: `flight` bytes are on their way now, of `window` bytes that the receiver takes. */
  add(segment: Segment, flight: number, window: number, fullSize: number): void {
    if (this.charged !== null) this[this.charged] += Math.max(0, elapsed(segment, this.seconds, this.nanos));
    this.seconds = segment.seconds;
    this.nanos = segment.nanos;
    if (flight >= window * FULL || window - flight < fullSize) this.charged = 'receiveWindow';
    else this.charged = flight < window * BARELY && segment.length < fullSize ? 'application' : 'network';
  }

  shares(): { application: number; receiveWindow: number; network: number } | null {
    const total = this.application + this.receiveWindow + this.network;
    if (total <= 0) return null;
    return {
      application: this.application / total,
      receiveWindow: this.receiveWindow / total,
      network: this.network / total,
    };
  }
}
