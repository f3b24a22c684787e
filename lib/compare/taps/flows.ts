import { addressText } from '../../facts/address.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Sighting } from './sighting.ts';

/** Flows that are remembered; those silent for long are forgotten first. */
const MOST_FLOWS = 131_072;
const FORGOTTEN_NS = 60e9;
/** Of payload that is not matched, so many segments are compared with one that may hold the same. */
const MOST_LOOSE = 1024;

/** One direction of a 4-tuple as one tap sees it. */
export class TapFlow {
  readonly tap: number;
  readonly key: string;
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  /** The opposite direction at the same tap, and this direction at the other tap. */
  reverse: TapFlow | null = null;
  peer: TapFlow | null = null;
  /** It sends from the client's side of the taps. */
  fromClientSide = true;
  /** Which side it sends from has been decided. */
  placed = false;
  lastTime = 0;
  /** Payload at this tap that may yet turn out to be the other's in other pieces. */
  readonly loose: Loose = new Loose();
  /** TTL of what arrived last. */
  usualTtl = -1;
  /** When the latest of those that have arrived was sent, ns. */
  latestSent = Number.NEGATIVE_INFINITY;
  /** Delay of the last one that came undelayed, ns; -1 before the first. */
  delay = -1;
  /** What was sent before this moment was held up together with the first of a spell. */
  heldUntil = Number.NEGATIVE_INFINITY;
  /** By how much that one was late, ns. */
  held = 0;

  constructor(tap: number, key: string, from: string, fromPort: number, to: string, toPort: number) {
    this.tap = tap;
    this.key = key;
    this.from = from;
    this.fromPort = fromPort;
    this.to = to;
    this.toPort = toPort;
  }
}

/** Sightings whose payload is not matched yet, in order of time: those that have been are passed over, and forgotten. */
export class Loose {
  private items: Sighting[] = [];
  private head = 0;

  get isEmpty(): boolean {
    this.trim();
    return this.items.length === 0;
  }

  push(s: Sighting): void {
    this.trim();
    this.items.push(s);
  }

  /** Those still open, oldest first, as many as are worth a look. */
  live(): Sighting[] {
    this.trim();
    return this.items.slice(this.head, this.head + MOST_LOOSE).filter((each) => !isDone(each));
  }

  private trim(): void {
    const { items } = this;
    while (this.head < items.length && isDone(items[this.head]!)) this.head++;
    if (this.head * 2 <= items.length) return;
    this.items = items.slice(this.head);
    this.head = 0;
  }
}

function isDone({ gone, partner, open }: Sighting): boolean {
  return gone || partner !== null || (open !== null && open.length === 0);
}

/** All flows of one tap. */
export class TapFlows {
  readonly tap: number;
  /** Connections begun here, a pair of flows each. */
  connections = 0;
  private readonly flows = new Map<string, TapFlow>();

  constructor(tap: number) {
    this.tap = tap;
  }

  /** `time`: now, ns. */
  of(s: Segment, time: number): TapFlow {
    const key = keyOf(s.srcA, s.srcB, s.srcC, s.srcD, s.srcPort, s.dstA, s.dstB, s.dstC, s.dstD, s.dstPort);
    const known = this.flows.get(key) ?? this.begin(key, s, time);
    known.lastTime = time;
    return known;
  }

  get(key: string): TapFlow | undefined {
    return this.flows.get(key);
  }

  private begin(key: string, s: Segment, time: number): TapFlow {
    if (this.flows.size >= MOST_FLOWS) this.forget(time);
    const from = addressText(s.ipVersion, s.srcA, s.srcB, s.srcC, s.srcD);
    const to = addressText(s.ipVersion, s.dstA, s.dstB, s.dstC, s.dstD);
    const flow = new TapFlow(this.tap, key, from, s.srcPort, to, s.dstPort);
    const back = keyOf(s.dstA, s.dstB, s.dstC, s.dstD, s.dstPort, s.srcA, s.srcB, s.srcC, s.srcD, s.srcPort);
    const reverse = new TapFlow(this.tap, back, to, s.dstPort, from, s.srcPort);
    flow.reverse = reverse;
    reverse.reverse = flow;
    this.flows.set(key, flow);
    this.flows.set(back, reverse);
    this.connections++;
    return flow;
  }

  /** Those silent for long; where they are too few, the older half: it is met again as if it were new. */
  private forget(now: number): void {
    const all = [...this.flows.values()].filter(({ loose, reverse }) => loose.isEmpty && reverse!.loose.isEmpty);
    const silent = all.filter(({ lastTime, reverse }) => Math.max(lastTime, reverse!.lastTime) < now - FORGOTTEN_NS);
    for (const flow of silent.length > MOST_FLOWS / 4 ? silent : all.slice(0, MOST_FLOWS / 2)) {
      for (const each of [flow, flow.reverse!]) {
        this.flows.delete(each.key);
        if (each.peer !== null) each.peer.peer = null;
        each.peer = null;
      }
    }
  }
}

function keyOf(
  a: number,
  b: number,
  c: number,
  d: number,
  port: number,
  e: number,
  f: number,
  g: number,
  h: number,
  other: number,
): string {
  return a === 0 && e === 0 && b === 0 && f === 0 && c === 0 && g === 0
    ? `${d}:${port}>${h}:${other}`
    : `${a}.${b}.${c}.${d}:${port}>${e}.${f}.${g}.${h}:${other}`;
}
