import { Pieces } from './piece.ts';

/** Acknowledged bytes kept, for retransmissions may still come, and such as are not acknowledged. */
const ACKNOWLEDGED_BYTES = 65_536;
const OTHER_BYTES = 1 << 20;

/** What was handed out lately, to be held against what comes again. */
export class Kept extends Pieces {
  /** Forgets the oldest: what is acknowledged up to `acked` soon, everything if it is more than `room`. */
  trim(acked: number, room: number): void {
    const most = Math.min(room, OTHER_BYTES);
    while (this.cost > ACKNOWLEDGED_BYTES && this.first()!.end <= acked) this.shift();
    while (this.cost > most && !this.isEmpty) this.shift();
  }
}
