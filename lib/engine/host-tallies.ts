import { addressText } from '../facts/address.ts';
import type { HostOccurrences } from '../facts/capture.ts';
import { isBefore, type Moment, momentOf } from '../facts/moment.ts';
import type { Segment } from '../packet/segment.ts';
import { keepLowest } from '../traffic/lowest.ts';

/** Hosts told apart; those of a flood with forged addresses are not all worth a word. */
const MOST_HOSTS = 1024;
const MOST_FRAMES = 16;
const MOST_EXAMPLES = 20;

/** What happened on packets from one host. */
export class HostTally {
  count = 0;
  /** Packets of the same flows on which it did not happen, where somebody counts them. */
  others = 0;
  /** Packets on which it did, and that arrived all the same. */
  passed = 0;
  private readonly frames: number[] = [];
  private readonly examples: number[] = [];
  private start: Moment;
  private endSeconds: number;
  private endNanos: number;
  private readonly ipVersion: number;
  private readonly a: number;
  private readonly b: number;
  private readonly c: number;
  private readonly d: number;

  constructor(s: Segment) {
    this.ipVersion = s.ipVersion;
    this.a = s.srcA;
    this.b = s.srcB;
    this.c = s.srcC;
    this.d = s.srcD;
    this.start = momentOf(s);
    this.endSeconds = s.seconds;
    this.endNanos = s.nanos;
  }

  add(s: Segment, connection: number): void {
    this.count++;
    keepLowest(this.frames, s.frame, MOST_FRAMES);
    keepLowest(this.examples, connection, MOST_EXAMPLES);
    if (isBefore(s, this.start)) this.start = momentOf(s);
    if (s.seconds > this.endSeconds || (s.seconds === this.endSeconds && s.nanos > this.endNanos)) {
      this.endSeconds = s.seconds;
      this.endNanos = s.nanos;
    }
  }

  isFrom(s: Segment): boolean {
    const { a, b, c, d } = this;
    return d === s.srcD && c === s.srcC && b === s.srcB && a === s.srcA && this.ipVersion === s.ipVersion;
  }

  facts(): HostOccurrences {
    const { count, frames, start, examples } = this;
    return {
      address: addressText(this.ipVersion, this.a, this.b, this.c, this.d),
      count,
      frames,
      start,
      end: { seconds: this.endSeconds, nanos: this.endNanos },
      examples,
    };
  }
}

/** Something that happens on packets, counted by the host that sent them. */
export class HostTallies {
  private readonly hosts = new Map<number | string, HostTally>();
  private last: HostTally | null = null;

  /** The tally of the segment's sender; null when there are too many hosts already. */
  of(s: Segment): HostTally | null {
    if (this.last?.isFrom(s)) return this.last;
    const key = s.ipVersion === 4 ? s.srcD : `${s.srcA} ${s.srcB} ${s.srcC} ${s.srcD}`;
    let tally = this.hosts.get(key);
    if (tally === undefined) {
      if (this.hosts.size >= MOST_HOSTS) return null;
      tally = new HostTally(s);
      this.hosts.set(key, tally);
    }
    this.last = tally;
    return tally;
  }

  [Symbol.iterator](): Iterator<HostTally> {
    return this.hosts.values();
  }
}
