import { Int32Columns } from '../../bytes/columns.ts';
import { CWR, ECE, type Segment, SYN } from '../../packet/segment.ts';
import { SynShapes } from '../syn-shapes.ts';
import { BEYOND, LONE, NANOS, SEQ, TAG } from './columns.ts';

// The tag of a lone SYN: LONE, and from the highest bit down these, then four bits of the second, the TTL, the shape.
const SENT_BY_LOW = 1 << 29;
const WIDE = 1 << 28;
const SECOND_BITS = 4;
const SECOND_MASK = (1 << SECOND_BITS) - 1;
const SECOND_SHIFT = 24;
/** Nanoseconds leave two bits of their column for the second. */
const NANOS_BITS = 30;
const NANOS_MASK = (1 << NANOS_BITS) - 1;
const MOST_SECONDS = 1 << (SECOND_BITS + 2);
const MOST_BEYOND = 0x10000;

/** Entries side by side that share a beginning, from which their SYNs are counted, and room for what their own columns can't hold. */
const NEIGHBOURS_BITS = 12;
const NEIGHBOURS_MASK = (1 << NEIGHBOURS_BITS) - 1;

// A beginning: the first lone SYN's. LEAD: stream - connection number. A frame of 0: there is none yet.
const FIRST_SECOND = 0;
const FIRST_FRAME = 1;
const FIRST_STREAM = 2;
const LEAD = 3;
const BEGINNING_WIDTH = 4;

// What entries have no columns for.
const TS_VAL = 0;
const ID_AND_WINDOW = 1;
const BESIDE_WIDTH = 2;

// What does not fit as a distance from the neighbours' first: in full, in a record that BEYOND names.
const WIDE_SECONDS = 0;
const WIDE_FRAME = 1;
const WIDE_STREAM = 2;
const WIDE_NUMBER = 3;
const WIDE_WIDTH = 4;

/** A lone SYN read back: reused. */
export interface LoneSyn {
  readonly segment: Segment;
  number: number;
  stream: number;
  fromLow: boolean;
}

/**
 * SYNs that nobody has answered yet, in the columns of their entries and beside them: seconds, frame and stream as the
 * distance from the neighbours' first one, so that a flood, whose SYNs come in a row, costs 36 bytes each, and 16 more where
 * they are sparse. Of that, 8 and 16 are given back when the neighbours, or the one, are lone no longer.
 */
export class LoneSyns {
  private readonly shapes = new SynShapes();
  private readonly beginnings = new Int32Columns(BEGINNING_WIDTH);
  private readonly wide = new Int32Columns(WIDE_WIDTH);
  private wideCount = 0;
  /** By group of neighbours, while there is a lone SYN among them; and how many there are. */
  private readonly beside: (Int32Array | null)[] = [];
  private readonly counts: number[] = [];
  private besideCount = 0;
  /** The room last given back: most SYNs are answered before the next one comes. */
  private spare: Int32Array | null = null;
  // The beginning of the neighbours asked for last.
  private group = -1;
  private second = 0;
  private frame = 0;
  private stream = 0;
  private lead = 0;

  /** What they take beyond the columns of their entries, bytes. */
  get bytes(): number {
    return 4 * (((this.besideCount * BESIDE_WIDTH) << NEIGHBOURS_BITS) + this.wideCount * WIDE_WIDTH);
  }

  /** Writes a first SYN to its entry's columns (`m`, from `o`); false when it is not plain enough for that. */
  put(m: Int32Array, o: number, entry: number, s: Segment, fromLow: boolean, number: number, stream: number): boolean {
    if ((s.flags & ~(ECE | CWR)) !== SYN || s.length !== 0 || s.troubles !== 0 || s.tfoCookie >= 0 || s.mptcp)
      return false;
    if ((s.ack | s.urgent | s.tsEcr) !== 0) return false;
    const shape = this.shapes.intern(s);
    if (shape < 0) return false;
    const group = entry >> NEIGHBOURS_BITS;
    if (group !== this.group) this.enter(group);
    if (this.frame === 0) this.begin(s, stream, number);
    const second = s.seconds - this.second;
    const frame = s.frame - this.frame;
    const later = stream - this.stream;
    const fits =
      isWithin(second, MOST_SECONDS) &&
      isWithin(frame, MOST_BEYOND) &&
      isWithin(later, MOST_BEYOND) &&
      stream - number === this.lead &&
      s.nanos >>> NANOS_BITS === 0;
    m[o + TAG] = LONE | (fromLow ? SENT_BY_LOW : 0) | (s.ttl << 16) | shape;
    m[o + SEQ] = s.seq;
    m[o + NANOS] = s.nanos;
    const beside = this.counted(group);
    const at = (entry & NEIGHBOURS_MASK) * BESIDE_WIDTH;
    beside[at + TS_VAL] = s.tsVal;
    beside[at + ID_AND_WINDOW] = (s.ipId << 16) | s.window;
    if (fits) {
      m[o + TAG]! |= (second & SECOND_MASK) << SECOND_SHIFT;
      m[o + NANOS]! |= (second >> SECOND_BITS) << NANOS_BITS;
      m[o + BEYOND] = (frame << 16) | later;
      return true;
    }
    m[o + TAG]! |= WIDE;
    const { wide } = this;
    const record = wide.allocate();
    this.wideCount++;
    m[o + BEYOND] = record;
    wide.set(record, WIDE_SECONDS, s.seconds);
    wide.set(record, WIDE_FRAME, s.frame);
    wide.set(record, WIDE_STREAM, stream);
    wide.set(record, WIDE_NUMBER, number);
    return true;
  }

  /** It is lone no longer, or of no more interest: after that its columns are somebody else's. */
  takeOut(m: Int32Array, o: number, entry: number): void {
    if ((m[o + TAG]! & WIDE) !== 0) {
      this.wide.release(m[o + BEYOND]!);
      this.wideCount--;
    }
    const group = entry >> NEIGHBOURS_BITS;
    if (--this.counts[group]! > 0) return;
    this.spare = this.beside[group]!;
    this.beside[group] = null;
    this.besideCount--;
  }

  /** Reads it back: all but addresses and ports, payload and capture position. */
  read(m: Int32Array, o: number, entry: number, into: LoneSyn): void {
    const s = into.segment;
    this.shapes.restore(m[o + TAG]! & 0xffff, s);
    const beside = this.beside[entry >> NEIGHBOURS_BITS]!;
    const at = (entry & NEIGHBOURS_MASK) * BESIDE_WIDTH;
    s.ipId = s.ipVersion === 4 ? beside[at + ID_AND_WINDOW]! >>> 16 : -1;
    s.window = beside[at + ID_AND_WINDOW]! & 0xffff;
    s.seq = m[o + SEQ]!;
    s.tsVal = beside[at + TS_VAL]!;
    this.readPlace(m, o, entry, into);
  }

  /** The little of it that counters need: IP version, TTL, time, frame, numbers, and who sent it. */
  readPlace(m: Int32Array, o: number, entry: number, into: LoneSyn): void {
    const s = into.segment;
    const tag = m[o + TAG]!;
    into.fromLow = (tag & SENT_BY_LOW) !== 0;
    s.ipVersion = this.shapes.get(tag & 0xffff).ipVersion;
    s.ttl = (tag >>> 16) & 0xff;
    if ((tag & WIDE) !== 0) {
      const { wide } = this;
      const record = m[o + BEYOND]!;
      s.seconds = wide.get(record, WIDE_SECONDS) >>> 0;
      s.nanos = m[o + NANOS]!;
      s.frame = wide.get(record, WIDE_FRAME);
      into.stream = wide.get(record, WIDE_STREAM);
      into.number = wide.get(record, WIDE_NUMBER);
      return;
    }
    const group = entry >> NEIGHBOURS_BITS;
    if (group !== this.group) this.enter(group);
    const nanos = m[o + NANOS]!;
    const second = ((tag >>> SECOND_SHIFT) & SECOND_MASK) | ((nanos >>> NANOS_BITS) << SECOND_BITS);
    s.seconds = this.second + second;
    s.nanos = nanos & NANOS_MASK;
    s.frame = this.frame + (m[o + BEYOND]! >>> 16);
    into.stream = this.stream + (m[o + BEYOND]! & 0xffff);
    into.number = into.stream - this.lead;
  }

  /** One more lone SYN in this group: the room that its neighbours share. */
  private counted(group: number): Int32Array {
    const { beside, counts } = this;
    while (beside.length <= group) {
      beside.push(null);
      counts.push(0);
    }
    if (counts[group]!++ === 0) {
      beside[group] = this.spare ?? new Int32Array(BESIDE_WIDTH << NEIGHBOURS_BITS);
      this.spare = null;
      this.besideCount++;
    }
    return beside[group]!;
  }

  private enter(group: number): void {
    const { beginnings } = this;
    while (beginnings.length <= group) beginnings.allocate();
    this.group = group;
    this.second = beginnings.get(group, FIRST_SECOND) >>> 0;
    this.frame = beginnings.get(group, FIRST_FRAME);
    this.stream = beginnings.get(group, FIRST_STREAM);
    this.lead = beginnings.get(group, LEAD);
  }

  private begin(s: Segment, stream: number, number: number): void {
    const { beginnings, group } = this;
    beginnings.set(group, FIRST_SECOND, s.seconds);
    beginnings.set(group, FIRST_FRAME, s.frame);
    beginnings.set(group, FIRST_STREAM, stream);
    beginnings.set(group, LEAD, stream - number);
    this.enter(group);
  }
}

function isWithin(distance: number, most: number): boolean {
  return distance >= 0 && distance < most;
}
