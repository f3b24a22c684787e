import { seqGt } from '../../bytes/seq.ts';
import { START } from './record.ts';
import type { Records } from './records.ts';

/** A search that walks further makes itself an index; the index holds one record in as many. */
export const WALK = 64;

/**
 * Every so-manieth record of a long history, in order, so that a search walks a bounded way. Made at the first long
 * walk; records leave it in front as ACKs pass.
 */
export class SeqIndex {
  private anchors: number[] = [];
  /** Anchors in front of this are gone. */
  private first = 0;
  private sinceLast = 0;

  constructor(pool: Records, head: number) {
    for (let record = head; record >= 0; record = pool.next(record)) this.appended(record);
  }

  appended(record: number): void {
    if (++this.sinceLast < WALK) return;
    this.sinceLast = 0;
    this.anchors.push(record);
  }

  dropped(record: number): void {
    if (this.first >= this.anchors.length || this.anchors[this.first] !== record) return;
    this.first++;
    if (this.first > 1024 && this.first * 2 > this.anchors.length) {
      this.anchors = this.anchors.slice(this.first);
      this.first = 0;
    }
  }

  /** The last anchor that begins at or below `seq`, or `otherwise`. */
  before(pool: Records, seq: number, otherwise: number): number {
    const at = this.search(pool, seq);
    return at < this.first ? otherwise : this.anchors[at]!;
  }

  /** Makes `record` an anchor, where cutting has made the way too long. */
  add(pool: Records, record: number): void {
    const at = this.search(pool, pool.get(record, START));
    if (at < this.first || this.anchors[at] !== record) this.anchors.splice(at + 1, 0, record);
  }

  private search(pool: Records, seq: number): number {
    let low = this.first;
    let high = this.anchors.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (seqGt(pool.get(this.anchors[middle]!, START), seq)) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }
}
