import { type Moment, secondsBetween } from '../facts/moment.ts';
import { Segment } from '../packet/segment.ts';
import type { LoneSyn } from '../tcp/entries/lone.ts';
import type { ConnectionTable } from '../tcp/table.ts';

/** Lone SYNs to one service that are shown one by one; of the others the first tells how many there are. */
const SHOWN = 64;
/** Younger ones prove nothing yet: no rule may say "never" of them. Seconds. */
export const PATIENCE_SECONDS = 3;

class Group {
  old = 0;
  shown = 0;
}

/** The lone SYNs left at the end of a capture, by service: a flood of them is shown by examples and a count. */
export class LoneSyns {
  readonly read: LoneSyn = { segment: new Segment(), number: 0, stream: 0, fromLow: false };
  private readonly table: ConnectionTable;
  private readonly end: Moment;
  private readonly groups = new Map<number | string, Group>();
  private last: Group = new Group();
  private lastKey: number | string = '';

  constructor(table: ConnectionTable, end: Moment) {
    this.table = table;
    this.end = end;
    for (let entry = 0; entry < table.size; entry++) {
      if (!table.isLoneSyn(entry)) continue;
      const group = this.groupOf(entry);
      if (this.isOld()) group.old++;
    }
  }

  /** How many more are like this one, if it is to be shown; -1 if it only counts. Leaves it in `read`. */
  alike(entry: number): number {
    const group = this.groupOf(entry);
    if (!this.isOld() || group.shown >= SHOWN) return -1;
    group.shown++;
    return group.shown === 1 ? Math.max(0, group.old - SHOWN) : 0;
  }

  private isOld(): boolean {
    return secondsBetween(this.read.segment, this.end) >= PATIENCE_SECONDS;
  }

  private groupOf(entry: number): Group {
    const { read } = this;
    this.table.readLoneTuple(entry, read);
    const s = read.segment;
    const key =
      s.ipVersion === 4 ? (s.dstD >>> 0) * 0x10000 + s.dstPort : `${s.dstA} ${s.dstB} ${s.dstC} ${s.dstD} ${s.dstPort}`;
    if (key === this.lastKey) return this.last;
    let group = this.groups.get(key);
    if (group === undefined) {
      group = new Group();
      this.groups.set(key, group);
    }
    this.last = group;
    this.lastKey = key;
    return group;
  }
}
