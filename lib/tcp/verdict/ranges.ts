import { seqDiff, seqGe, seqGt, seqLe, seqLt, seqMax } from '../../bytes/seq.ts';

/** A set of sequence numbers: ranges that neither overlap nor touch, in order. All within 2^31 of each other. */
export class Ranges {
  private starts: number[] = [];
  private ends: number[] = [];
  /** Ranges in front of this are gone. */
  private first = 0;
  /** Sequence numbers in the set. */
  total = 0;

  /** Right edge of the highest range; meaningful while `total` > 0. */
  get highest(): number {
    return this.ends[this.ends.length - 1]!;
  }

  /** Adds a range; how many sequence numbers were new. */
  add(start: number, end: number): number {
    const before = this.total;
    // The first range that ends at or above `start` may touch it; all up to the last that starts at or below `end` melt.
    const from = this.endingAtOrAbove(start);
    let until = from;
    let left = start;
    let right = end;
    while (until < this.starts.length && seqLe(this.starts[until]!, end)) {
      if (seqLt(this.starts[until]!, left)) left = this.starts[until]!;
      right = seqMax(right, this.ends[until]!);
      this.total -= seqDiff(this.ends[until]!, this.starts[until]!);
      until++;
    }
    this.total += seqDiff(right, left);
    if (until === from + 1) {
      this.starts[from] = left;
      this.ends[from] = right;
    } else {
      this.starts.splice(from, until - from, left);
      this.ends.splice(from, until - from, right);
    }
    return this.total - before;
  }

  /** The whole of [start, end) is in the set. */
  covers(start: number, end: number): boolean {
    const at = this.endingAtOrAbove(end);
    return at < this.starts.length && seqLe(this.starts[at]!, start);
  }

  /** Forgets what lies below `floor`. */
  dropBelow(floor: number): void {
    while (this.first < this.starts.length && seqLe(this.ends[this.first]!, floor)) {
      this.total -= seqDiff(this.ends[this.first]!, this.starts[this.first]!);
      this.first++;
    }
    if (this.first < this.starts.length && seqLt(this.starts[this.first]!, floor)) {
      this.total -= seqDiff(floor, this.starts[this.first]!);
      this.starts[this.first] = floor;
    }
    if (this.first > 64 && this.first * 2 > this.starts.length) {
      this.starts = this.starts.slice(this.first);
      this.ends = this.ends.slice(this.first);
      this.first = 0;
    }
  }

  private endingAtOrAbove(seq: number): number {
    let low = this.first;
    let high = this.ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (seqGe(this.ends[middle]!, seq)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Sequence numbers of the set at or above `seq`: more than none? */
  anyAbove(seq: number): boolean {
    return this.total > 0 && seqGt(this.highest, seq);
  }
}
