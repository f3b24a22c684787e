/**
 * Which bytes of one direction Zeek has seen: enough of a reassembler to tell where it reports a content gap. Numbers
 * are relative to the initial sequence number, so that 1 is the first byte of payload.
 */

/** Zeek's tcp_max_initial_window: bytes kept while nothing is acknowledged at all. */
const UNACKNOWLEDGED_LIMIT = 16_384;
/** Zeek's tcp_max_above_hole_without_any_acks. */
const ABOVE_HOLE_LIMIT = 16_384;
/** Zeek's tcp_excessive_data_without_further_acks. */
const EXCESSIVE = 10 * 1024 * 1024;

export class Reassembly {
  /** First byte not yet delivered. */
  delivered = 1;
  /** First byte that Zeek still keeps: what lies below is acknowledged and forgotten. */
  trimmed = 1;
  /** Too much came without an acknowledgment: Zeek stops to reassemble. */
  givenUp = false;
  /** The end of the stream was reached and told. */
  ended = false;
  /** Ranges above a hole: `from, to` in turn, ascending, apart from each other. */
  private ranges: number[] = [];
  private heldBytes = 0;

  /** Bytes are kept: above a hole, or delivered and not yet acknowledged. */
  get holds(): boolean {
    return !this.givenUp && (this.ranges.length > 0 || this.delivered > this.trimmed);
  }

  /** Payload `from .. to - 1` was seen whole. `size` is the sender's payload so far, by sequence numbers. */
  add(from: number, to: number, nothingAcked: boolean, size: number): void {
    if (this.givenUp || to <= this.trimmed || to <= from) return;
    const start = Math.max(from, this.trimmed);
    if (start > this.delivered) this.hold(start, to);
    else if (to > this.delivered) {
      this.delivered = to;
      this.absorb();
      if (nothingAcked && size > UNACKNOWLEDGED_LIMIT) this.trimmed = this.delivered;
    }
    const top = this.ranges.length > 0 ? (this.ranges[this.ranges.length - 1] as number) : this.delivered;
    const tooHigh = nothingAcked && top - this.delivered > ABOVE_HOLE_LIMIT;
    if (tooHigh || this.delivered - this.trimmed + this.heldBytes > EXCESSIVE) {
      this.givenUp = true;
      this.ranges = [];
      this.heldBytes = 0;
    }
  }

  /** Everything below `seq` is acknowledged; returns the holes that were acknowledged although never seen. */
  acknowledge(seq: number, ignoreFirstBytes: boolean): number {
    if (seq <= this.trimmed) return 0;
    const holes = seq > this.delivered && !(ignoreFirstBytes && seq <= 2) ? this.skipTo(seq) : 0;
    this.trimmed = seq;
    this.absorb();
    return holes;
  }

  private skipTo(seq: number): number {
    let holes = 0;
    while (this.ranges.length > 0 && (this.ranges[0] as number) < seq) {
      if (!this.givenUp) holes++;
      this.delivered = this.ranges[0] as number;
      this.absorb();
    }
    if (seq > this.delivered) {
      if (!this.givenUp) holes++;
      this.delivered = seq;
    }
    return holes;
  }

  /** Delivers the ranges that now join on. */
  private absorb(): void {
    let taken = 0;
    while (taken < this.ranges.length && (this.ranges[taken] as number) <= this.delivered) {
      const to = this.ranges[taken + 1] as number;
      this.heldBytes -= to - (this.ranges[taken] as number);
      if (to > this.delivered) this.delivered = to;
      taken += 2;
    }
    if (taken > 0) this.ranges.splice(0, taken);
  }

  private hold(from: number, to: number): void {
    const ranges = this.ranges;
    const first = this.firstTouching(from);
    let end = first;
    let start = from;
    let stop = to;
    while (end < ranges.length && (ranges[end] as number) <= to) {
      start = Math.min(start, ranges[end] as number);
      stop = Math.max(stop, ranges[end + 1] as number);
      this.heldBytes -= (ranges[end + 1] as number) - (ranges[end] as number);
      end += 2;
    }
    ranges.splice(first, end - first, start, stop);
    this.heldBytes += stop - start;
  }

  /** Index of the first range that ends at or after `seq`. */
  private firstTouching(seq: number): number {
    let low = 0;
    let high = this.ranges.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ranges[2 * middle + 1] as number) < seq) low = middle + 1;
      else high = middle;
    }
    return 2 * low;
  }
}
