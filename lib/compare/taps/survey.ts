import { addressText } from '../../facts/address.ts';
import type { Moment } from '../../facts/moment.ts';
import { ACK, type Segment, SYN } from '../../packet/segment.ts';
import { keyOf } from './sighting.ts';

/** Packets kept of each tap: the lowest by key, so that both taps keep the same ones. */
const MOST_ANCHORS = 16_384;

/** A packet that may be found again at the other tap. */
export interface Anchor {
  /** Nanoseconds since the tap's first packet. */
  readonly time: number;
  readonly from: string;
  readonly to: string;
  /** The one with the higher port, or that sent the SYN: without better evidence, on the client's side. */
  readonly likelyClient: boolean;
  readonly ttl: number;
  readonly ipId: number;
  /** How often it was met: repeats are called the same. */
  times: number;
}

/**
 * A first reading of one tap: when it was, and a sample of its packets that is the same at every tap, since the packets'
 * own numbers decide who is in it. Bounded.
 */
export class Survey {
  start: Moment | null = null;
  end: Moment | null = null;
  frames = 0;
  segments = 0;
  private anchors = new Map<number, Anchor>();
  private highest = Number.POSITIVE_INFINITY;

  frame(seconds: number, nanos: number): void {
    this.frames++;
    const time = { seconds, nanos };
    this.start ??= time;
    if (this.end === null || seconds > this.end.seconds || (seconds === this.end.seconds && nanos > this.end.nanos)) {
      this.end = time;
    }
  }

  segment(s: Segment): void {
    this.segments++;
    const key = keyOf(s);
    const rank = rankOf(key);
    if (rank > this.highest) return;
    const known = this.anchors.get(key);
    if (known !== undefined) {
      known.times++;
      return;
    }
    this.anchors.set(key, {
      time: localTime(s, this.start!),
      from: addressText(s.ipVersion, s.srcA, s.srcB, s.srcC, s.srcD),
      to: addressText(s.ipVersion, s.dstA, s.dstB, s.dstC, s.dstD),
      likelyClient: (s.flags & SYN) !== 0 ? (s.flags & ACK) === 0 : s.srcPort > s.dstPort,
      ttl: s.ttl,
      ipId: s.ipId,
      times: 1,
    });
    if (this.anchors.size > 2 * MOST_ANCHORS) this.thin();
  }

  private thin(): void {
    const lowest = [...this.anchors].sort((a, b) => rankOf(a[0]) - rankOf(b[0])).slice(0, MOST_ANCHORS);
    this.anchors = new Map(lowest);
    this.highest = rankOf(lowest[lowest.length - 1]![0]);
  }

  /**
   * Packets that both taps saw, the first of each, in order of time at this one. Those that one saw more often than the
   * other are left out, since another may have been the first there; but for a tap that records everything twice.
   */
  common(other: Survey): [own: Anchor, theirs: Anchor][] {
    const all: [Anchor, Anchor][] = [];
    for (const [key, own] of this.anchors) {
      const theirs = other.anchors.get(key);
      if (theirs !== undefined) all.push([own, theirs]);
    }
    const equal = all.filter(([own, theirs]) => own.times === theirs.times);
    return (equal.length * 10 >= all.length ? equal : all).sort((a, b) => a[0].time - b[0].time);
  }
}

/** Spread evenly, whatever the key's own order. */
function rankOf(key: number): number {
  return key % 0x100000000;
}

/** Nanoseconds since a moment: exact for 104 days. */
export function localTime({ seconds, nanos }: Moment, start: Moment): number {
  return (seconds - start.seconds) * 1e9 + nanos - start.nanos;
}
