import type { Segment } from '../../packet/segment.ts';
import { ACK, SYN } from '../../packet/segment.ts';
import type { Clock } from './clock.ts';
import { type TapFlow, TapFlows } from './flows.ts';
import { mayShare, openBytes, share } from './ranges.ts';
import { CLIENT_TAP, isTwin, keyOf, mayBeSame, SERVER_TAP, Sighting } from './sighting.ts';

/** Packets that may wait at each tap: some 100 MB in all. */
const MOST_WAITING = 100_000;
/** Clocks and capture hardware are no better than this: so much earlier than possible a packet may seem to come, ns. */
const SLACK_NS = 1e6;
/** The second copy that a mirror port makes comes within this, ns. */
const MIRRORED_NS = 200e3;
/** Of packets that are called the same, so many are compared. */
const MOST_NAMESAKES = 256;

/** What becomes of the sightings. */
export interface Judge {
  /** It is known what became of it, as far as it ever will be: called in the order of capture at each tap. */
  settled(s: Sighting, early: boolean): void;
  /** `sent` has been found at the other tap: at once, in the order of arrival. */
  arrived(sent: Sighting, arrival: Sighting): void;
  /** `arrival` holds a part of `sent`, or more than it. */
  arrivedInPart(sent: Sighting, arrival: Sighting): void;
  /** One connection at the client's tap, and the same at the server's. */
  paired(atClient: TapFlow, atServer: TapFlow): void;
}

/**
 * Finds each packet of one tap at the other. Segments are handed over in order of time, and wait for their counterparts
 * no longer than `patience` (ns): memory follows what is on its way between the taps.
 */
export class Matcher {
  readonly flows: readonly [TapFlows, TapFlows] = [new TapFlows(CLIENT_TAP), new TapFlows(SERVER_TAP)];
  private readonly clock: Clock;
  private readonly patience: number;
  private readonly judge: Judge;
  private readonly waiting: readonly [Waiting, Waiting] = [new Waiting(), new Waiting()];

  constructor(clock: Clock, patience: number, judge: Judge) {
    this.clock = clock;
    this.patience = patience;
    this.judge = judge;
  }

  /** `time`: ns, by the clock of the client's tap. */
  see(tap: number, s: Segment, time: number): void {
    this.expire(time);
    const flow = this.flows[tap]!.of(s, time);
    const sighting = new Sighting(tap, flow, time, keyOf(s), s);
    if (flow.peer === null) this.place(flow, s);
    if (!this.match(sighting)) return;
    const own = this.waiting[tap]!;
    own.add(sighting);
    if (own.size > MOST_WAITING) this.settle(own, true);
  }

  end(): void {
    this.expire(Number.POSITIVE_INFINITY);
  }

  private expire(now: number): void {
    for (const waiting of this.waiting) {
      while (waiting.first !== null && waiting.first.time + this.patience < now) this.settle(waiting, false);
    }
  }

  private settle(waiting: Waiting, early: boolean): void {
    const s = waiting.shift();
    this.judge.settled(s, early);
    s.gone = true;
  }

  /** Which side a new flow sends from: known of hosts that were met at both taps, else the side that opens. */
  private place(flow: TapFlow, s: Segment): void {
    if (flow.placed) return;
    flow.placed = true;
    flow.reverse!.placed = true;
    const opens = (s.flags & SYN) !== 0 ? (s.flags & ACK) === 0 : s.srcPort > s.dstPort;
    flow.fromClientSide = this.sideOf(flow) ?? opens;
    flow.reverse!.fromClientSide = !flow.fromClientSide;
  }

  private sideOf(flow: TapFlow): boolean | null {
    const own = this.clock.isOnClientSide(flow.from);
    if (own !== null) return own;
    const other = this.clock.isOnClientSide(flow.to);
    return other === null ? null : !other;
  }

  /** False for a copy of what this tap has seen before: nobody needs to meet it again. */
  private match(s: Sighting): boolean {
    const there = this.waiting[1 - s.tap]!.named(s.key);
    const partner = this.best(s, there);
    if (partner === null || !isTwin(s, partner)) {
      const first = this.waiting[s.tap]!.named(s.key).find((each) => this.isCopy(s, each, partner !== null));
      if (first !== undefined) {
        first.copies ??= [];
        first.copies.push(s.frame);
        return false;
      }
    }
    if (partner !== null) this.pair(s, partner);
    else if (s.length > 0) this.shareWith(s);
    return true;
  }

  private pair(s: Sighting, partner: Sighting): void {
    s.partner = partner;
    partner.partner = s;
    if (s.flow.peer === null) this.join(s.flow, partner.flow);
    const isSent = s.tap === senderTap(s);
    this.judge.arrived(isSent ? s : partner, isSent ? partner : s);
  }

  private join(flow: TapFlow, peer: TapFlow): void {
    flow.peer = peer;
    peer.peer = flow;
    flow.reverse!.peer = peer.reverse;
    peer.reverse!.peer = flow.reverse;
    const [atClient, atServer] = flow.tap === CLIENT_TAP ? [flow, peer] : [peer, flow];
    atServer.fromClientSide = atClient.fromClientSide;
    atServer.reverse!.fromClientSide = !atClient.fromClientSide;
    const [forward, back] = atClient.fromClientSide ? [atClient, atServer] : [atClient.reverse!, atServer.reverse!];
    this.judge.paired(forward, back);
  }

  /**
   * Of the candidates at the other tap the one that this was: nothing about them may differ that a sender changes from
   * one transmission to the next. Of several, the earliest sent that is not implausibly late.
   */
  private best(s: Sighting, candidates: readonly Sighting[]): Sighting | null {
    let best: Sighting | null = null;
    for (const each of candidates) {
      if (each.partner !== null || each.pieces !== null) continue;
      if (!this.fits(s, each) || !mayBeSame(s, each, this.clock.idsKept)) continue;
      if (best === null || this.isBetter(s, each, best)) best = each;
    }
    return best;
  }

  private isBetter(s: Sighting, each: Sighting, best: Sighting): boolean {
    const twin = Number(isTwin(s, each)) - Number(isTwin(s, best));
    if (twin !== 0) return twin > 0;
    const usual = Math.max(s.flow.delay, each.flow.delay, this.clock.leastDelay);
    const latest = 2 * usual + SLACK_NS;
    return Math.abs(s.time - best.time) > latest && Math.abs(s.time - each.time) < Math.abs(s.time - best.time);
  }

  /** The flows are, or may be, one; and it did not arrive before it was sent. */
  private fits(s: Sighting, each: Sighting): boolean {
    if (s.flow.peer !== null || each.flow.peer !== null) {
      if (s.flow.peer !== each.flow) return false;
    } else if (s.flow.key !== each.flow.key && !this.mayBeTranslated(s, each)) {
      return false;
    }
    return this.isInTime(s, each);
  }

  private isInTime(s: Sighting, each: Sighting): boolean {
    const [atClient, atServer] = s.tap === CLIENT_TAP ? [s, each] : [each, s];
    const delay = atClient.flow.fromClientSide ? atServer.time - atClient.time : atClient.time - atServer.time;
    return delay > -SLACK_NS - this.clock.leastDelay && delay <= this.patience;
  }

  /** Other addresses at the other tap: only where neither flow is seen there under its own. */
  private mayBeTranslated(s: Sighting, each: Sighting): boolean {
    const { seq, ack } = s;
    const isTelling = (s.flags & SYN) !== 0 ? seq !== 0 : seq !== 0 && ack !== 0;
    return isTelling && !this.isKnown(s, each.tap) && !this.isKnown(each, s.tap);
  }

  private isKnown(s: Sighting, tap: number): boolean {
    return this.flows[tap]!.get(s.flow.key) !== undefined;
  }

  /**
   * Seen at this tap before, and sent once: the same in everything, the IP ID with it. Where there is none, what arrives
   * more often than it was sent is a copy, and at the sender what comes again at once, or has come again at the other tap.
   * `mayBeNew`: something that was sent since would do, were it not for changes on the way.
   */
  private isCopy(s: Sighting, earlier: Sighting, mayBeNew: boolean): boolean {
    if (s.flow !== earlier.flow || !isTwin(s, earlier)) return false;
    if (s.ipId > 0) return true;
    const { partner } = earlier;
    if (s.tap !== senderTap(s)) return partner !== null && (!mayBeNew || isTwin(earlier, partner));
    const isAwaited = (partner?.copies?.length ?? 0) > (earlier.copies?.length ?? 0);
    return isAwaited || (s.hasTimestamps && s.time - earlier.time < MIRRORED_NS);
  }

  /** No segment is its equal: perhaps the same bytes came in other pieces. */
  private shareWith(s: Sighting): void {
    const { peer } = s.flow;
    if (peer !== null) {
      for (const other of peer.loose.live()) {
        if (!mayShare(s, other) || !this.isInTime(s, other)) continue;
        if (other.length === s.length && other.seq === s.seq) continue;
        if (share(s, other) === 0) continue;
        const isSent = s.tap === senderTap(s);
        this.judge.arrivedInPart(isSent ? s : other, isSent ? other : s);
        if (openBytes(s) === 0) return;
      }
    }
    s.flow.loose.push(s);
  }
}

/** The tap nearer to the sender. */
export function senderTap({ flow }: Sighting): number {
  return flow.fromClientSide ? CLIENT_TAP : SERVER_TAP;
}

const NONE: readonly Sighting[] = [];

/** Sightings of one tap that may yet be met again: in order of time, and by key. */
class Waiting {
  private queue: Sighting[] = [];
  private head = 0;
  private readonly byKey = new Map<number, Sighting[]>();

  get size(): number {
    return this.queue.length - this.head;
  }

  get first(): Sighting | null {
    return this.queue[this.head] ?? null;
  }

  add(s: Sighting): void {
    this.queue.push(s);
    const named = this.byKey.get(s.key);
    if (named === undefined) this.byKey.set(s.key, [s]);
    else named.push(s);
  }

  shift(): Sighting {
    const s = this.queue[this.head++]!;
    if (this.head > 4096 && this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
    const named = this.byKey.get(s.key)!;
    if (named.length === 1) this.byKey.delete(s.key);
    else named.splice(named.indexOf(s), 1);
    return s;
  }

  named(key: number): readonly Sighting[] {
    const named = this.byKey.get(key) ?? NONE;
    return named.length > MOST_NAMESAKES ? named.slice(-MOST_NAMESAKES) : named;
  }
}
