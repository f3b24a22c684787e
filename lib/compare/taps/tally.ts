import { after, type Moment } from '../../facts/moment.ts';
import type { TapEvent, TapEventKind, TapFacts, TapName, Translation, Travel, WayFacts } from '../../facts/taps.ts';
import { socket } from '../../facts/wording.ts';
import { FLAG_NAMES } from '../../packet/segment.ts';
import { Times } from '../../traffic/times.ts';
import { Changes } from './changes.ts';
import type { Clock } from './clock.ts';
import type { TapFlow } from './flows.ts';
import { type Judge, senderTap } from './matcher.ts';
import { openBytes } from './ranges.ts';
import { CLIENT_TAP, SERVER_TAP, type Sighting } from './sighting.ts';
import { localTime } from './survey.ts';

/** Events that are listed; translations, and hosts beyond the path, that are told apart. */
const MOST_EVENTS = 100_000;
const MOST_TRANSLATIONS = 4096;
const MOST_HOSTS = 65_536;
/** A packet is delayed from this on, ns: that, or half the least delay, whichever is more. */
const LEAST_LATENESS_NS = 2e6;

/** What became of every packet between the taps, gathered as the matcher tells it. */
export class Tally implements Judge {
  readonly changes: Changes = new Changes();
  readonly events: TapEvent[] = [];
  eventsLeftOut = 0;
  judgedEarly = 0;
  pairs = 0;
  private readonly clock: Clock;
  private readonly start: Moment;
  private readonly lateness: number;
  /** When each tap saw its first and its last packet, by the clock of the client's. */
  private readonly spans: readonly [Span, Span];
  /** Hosts beyond the path that connections at both taps have met, as each tap calls them. */
  private readonly beyond: readonly [Set<string>, Set<string>] = [new Set(), new Set()];
  readonly apart: [client: number, server: number] = [0, 0];
  private readonly ways = { clientToServer: new Way(), serverToClient: new Way() };
  private readonly translated = new Map<string, Translation & { connections: number; portsChanged: number }>();

  constructor(clock: Clock, client: TapFacts, server: TapFacts) {
    this.clock = clock;
    this.start = client.start!;
    this.lateness = Math.max(LEAST_LATENESS_NS, clock.leastDelay / 2);
    const serverEnd = localTime(server.end!, server.start!);
    this.spans = [
      { start: 0, end: localTime(client.end!, client.start!) },
      { start: clock.toClient(0), end: clock.toClient(serverEnd) },
    ];
  }

  paired(atClient: TapFlow, atServer: TapFlow): void {
    this.pairs++;
    if (this.beyond[CLIENT_TAP].size < MOST_HOSTS) this.beyond[CLIENT_TAP].add(atClient.to);
    if (this.beyond[SERVER_TAP].size < MOST_HOSTS) this.beyond[SERVER_TAP].add(atServer.from);
    this.translate('client', atClient.from, atServer.from, atClient.fromPort !== atServer.fromPort);
    this.translate('server', atClient.to, atServer.to, atClient.toPort !== atServer.toPort);
  }

  arrived(sent: Sighting, arrival: Sighting): void {
    const way = this.ways[wayOf(sent)];
    way.arrive(sent.time + this.clock.leastDelay, arrival);
    sent.overtaken = sent.time < sent.flow.latestSent;
    sent.overtakenByAny = sent.time < way.latestSent - this.lateness;
    sent.flow.latestSent = Math.max(sent.flow.latestSent, sent.time);
    way.latestSent = Math.max(way.latestSent, sent.time);
    arrival.flow.usualTtl = arrival.ttl;
  }

  arrivedInPart(sent: Sighting, arrival: Sighting): void {
    this.ways[wayOf(sent)].arrive(sent.time + this.clock.leastDelay, arrival);
  }

  settled(s: Sighting, early: boolean): void {
    if (this.isApart(s)) {
      this.apart[s.tap as 0 | 1]++;
      return;
    }
    if (early && s.partner === null) this.judgedEarly++;
    if (s.tap === senderTap(s)) this.sent(s, early);
    else if (s.partner === null && s.pieces === null) this.appeared(s, early);
  }

  /** Of a connection that the other tap did not see, with a host that it did not see either. */
  private isApart({ tap, flow }: Sighting): boolean {
    if (flow.peer !== null) return false;
    const host = flow.fromClientSide === (tap === CLIENT_TAP) ? flow.to : flow.from;
    return !this.beyond[tap as 0 | 1].has(host);
  }

  facts(): { readonly [travel in Travel]: WayFacts } {
    return { clientToServer: this.ways.clientToServer.facts(), serverToClient: this.ways.serverToClient.facts() };
  }

  translations(): Translation[] {
    return [...this.translated.values()].sort(
      (a, b) => b.connections - a.connections || (a.atClient < b.atClient ? -1 : 1),
    );
  }

  private sent(s: Sighting, early: boolean): void {
    const way = this.ways[wayOf(s)];
    const { partner } = s;
    way.sent++;
    if (partner !== null) {
      way.delivered++;
      way.hop(s.ttl - partner.ttl);
      way.delay.add(Math.max(0, partner.time - s.time) / 1e9);
      const frames: [number, number] = s.tap === CLIENT_TAP ? [s.frame, partner.frame] : [partner.frame, s.frame];
      this.changes.compare(wayOf(s), s, partner, frames);
      this.judgeCopies(s, partner);
      this.judgeDelay(s, partner, way.lostBefore);
      way.lostBefore = 0;
      return;
    }
    const missing = s.length === 0 ? 0 : openBytes(s);
    if (s.pieces !== null && missing === 0) {
      way.delivered++;
      way.resegmented++;
      return;
    }
    const certain = !early && this.isWithin(s.time + this.clock.leastDelay, 1 - s.tap);
    way.lost++;
    way.lostBefore++;
    way.lostBytes += missing;
    if (!certain) way.lostUncertain++;
    this.tell('lost', s, [s.frame], s.pieces ?? [], { bytes: missing, certain });
  }

  /** Copies that came out and did not go in; those that went in and did not come out were made by the capture. */
  private judgeCopies(s: Sighting, arrival: Sighting): void {
    const more = (arrival.copies?.length ?? 0) - (s.copies?.length ?? 0);
    const way = this.ways[wayOf(s)];
    if (more < 0) way.copies -= more;
    if (more <= 0) return;
    way.duplicated += more;
    for (const copy of arrival.copies!.slice(-more)) {
      this.tell('duplicated', s, [s.frame], [arrival.frame, copy], {});
    }
  }

  /**
   * Queues delay packets too, but keep them in order and let them out one behind the other. What is told of is another
   * thing: packets that others overtook, and a packet that came late out of nothing, with those sent until it came.
   */
  private judgeDelay(s: Sighting, arrival: Sighting, lostBefore: number): void {
    const { flow } = s;
    const delay = arrival.time - s.time;
    const usual = flow.delay < 0 ? this.clock.leastDelay : flow.delay;
    const late = delay - usual;
    const { gapBefore, gapAfter, usualGap } = arrival;
    const usualLateness = Math.max(this.lateness, 2 * usualGap, 2 * gapAfter);
    // Those that were lost may have had their turn in the queue before.
    const gap = 2 * Math.max(usualGap, gapAfter) * (lostBefore + 1);
    const isQueued = gapBefore <= Math.max(this.lateness, gap) && !s.overtakenByAny;
    const isHeld = s.time < flow.heldUntil && late > flow.held / 2;
    const isLate = late > usualLateness && !isQueued;
    if (!isHeld && !isLate && !s.overtaken) {
      flow.delay = delay;
      return;
    }
    if (isLate && !isHeld) {
      flow.heldUntil = arrival.time;
      flow.held = late;
    }
    const seconds = Math.max(0, isHeld ? Math.min(late, flow.held) : late) / 1e9;
    this.ways[wayOf(s)].delayed++;
    this.tell('delayed', s, [s.frame], [arrival.frame], { seconds, overtaken: s.overtaken });
  }

  private appeared(s: Sighting, early: boolean): void {
    const sender = 1 - s.tap;
    const certain = !early && this.isWithin(s.time - this.clock.leastDelay, sender);
    this.ways[wayOf(s)].appeared++;
    const { usualTtl } = s.flow;
    this.tell('appeared', s, [], [s.frame], { certain, ttl: s.ttl, usualTtl: usualTtl < 0 ? null : usualTtl });
  }

  private isWithin(time: number, tap: number): boolean {
    const { start, end } = this.spans[tap]!;
    return time >= start && time <= end;
  }

  /** `frames`: at the sender's tap, and at the other. */
  private tell(
    kind: TapEventKind,
    s: Sighting,
    atSender: readonly number[],
    beyond: readonly number[],
    more: Partial<TapEvent>,
  ): void {
    if (this.events.length >= MOST_EVENTS) {
      this.eventsLeftOut++;
      return;
    }
    const fromClient = s.flow.fromClientSide;
    this.events.push({
      kind,
      way: wayOf(s),
      time: after(this.start, s.time / 1e9),
      from: socket(s.flow.from, s.flow.fromPort),
      to: socket(s.flow.to, s.flow.toPort),
      flags: FLAG_NAMES.filter((_, bit) => (s.flags >> bit) & 1),
      seq: s.seq >>> 0,
      length: s.length,
      clientFrames: fromClient ? atSender : beyond,
      serverFrames: fromClient ? beyond : atSender,
      certain: true,
      ...more,
    });
  }

  private translate(end: TapName, atClient: string, atServer: string, portChanged: boolean): void {
    if (atClient === atServer && !portChanged) return;
    const key = `${end} ${atClient} ${atServer}`;
    let known = this.translated.get(key);
    if (known === undefined) {
      if (this.translated.size >= MOST_TRANSLATIONS) return;
      known = { end, atClient, atServer, connections: 0, portsChanged: 0 };
      this.translated.set(key, known);
    }
    known.connections++;
    if (portChanged) known.portsChanged++;
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function wayOf({ flow }: Sighting): Travel {
  return flow.fromClientSide ? 'clientToServer' : 'serverToClient';
}

/** One way's counters. */
class Way {
  sent = 0;
  delivered = 0;
  lost = 0;
  lostUncertain = 0;
  lostBytes = 0;
  duplicated = 0;
  delayed = 0;
  appeared = 0;
  resegmented = 0;
  copies = 0;
  readonly delay = new Times();
  /** In the order of sending: so many were lost since the last that was delivered. */
  lostBefore = 0;
  /** When the latest of what has arrived was sent, ns. */
  latestSent = Number.NEGATIVE_INFINITY;
  private last: Sighting | null = null;
  /** Usual gap between arrivals of which the second had been waiting behind the first, ns. */
  private gap = 0;
  private readonly hops = new Map<number, number>();

  /** Notes what the arrivals around it say of a queue. `soonest`: when it would have come without one. */
  arrive(soonest: number, arrival: Sighting): void {
    const { last } = this;
    arrival.usualGap = this.gap;
    this.last = arrival;
    if (last === null) return;
    arrival.gapBefore = arrival.time - last.time;
    if (soonest > last.time) return;
    last.gapAfter = arrival.gapBefore;
    this.gap = this.gap === 0 ? arrival.gapBefore : this.gap + (arrival.gapBefore - this.gap) / 8;
  }

  hop(hops: number): void {
    this.hops.set(hops, (this.hops.get(hops) ?? 0) + 1);
  }

  facts(): WayFacts {
    const { sent, delivered, lost, lostUncertain, lostBytes, duplicated, delayed, appeared, resegmented, copies } =
      this;
    return {
      sent,
      delivered,
      lost,
      lostUncertain,
      lostBytes,
      duplicated,
      delayed,
      appeared,
      resegmented,
      copies,
      delay: this.delay.facts(),
      hops: [...this.hops].sort((a, b) => b[1] - a[1] || a[0] - b[0]),
    };
  }
}
