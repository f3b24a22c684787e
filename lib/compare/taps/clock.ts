import { secondsBetween } from '../../facts/moment.ts';
import type { ClockFacts } from '../../facts/taps.ts';
import type { Anchor, Survey } from './survey.ts';

/** A drift is claimed only of captures at least so long, and if it comes to so much in all, ns. */
const LEAST_SPAN_NS = 10e9;
const LEAST_DRIFT_NS = 100e3;
/** And if it widens the corridor by this share. */
const WIDER = 1.05;
/** No clock worth the name drifts more. */
const MOST_DRIFT = 1e-3;
const ROUNDS = 60;

/** Where hosts stand, and how the clocks of both taps differ: as the packets that both saw tell it. */
export class Clock {
  readonly facts: ClockFacts;
  /** Least delay there and back, assumed to be equal, ns. */
  readonly leastDelay: number;
  /** The path leaves the IP ID alone. */
  readonly idsKept: boolean;
  private readonly offset: number;
  private readonly drift: number;
  private readonly hosts: ReadonlyMap<string, boolean>;

  constructor(
    facts: ClockFacts,
    leastDelay: number,
    idsKept: boolean,
    offset: number,
    drift: number,
    hosts: ReadonlyMap<string, boolean>,
  ) {
    this.facts = facts;
    this.leastDelay = leastDelay;
    this.idsKept = idsKept;
    this.offset = offset;
    this.drift = drift;
    this.hosts = hosts;
  }

  /** A time of the server's tap on the clock of the client's tap; both ns since their own first packet. */
  toClient(time: number): number {
    return time - this.offset - this.drift * (time - this.offset);
  }

  /** The host, as the client's tap names it, is on the client's side; null where nothing tells. */
  isOnClientSide(host: string): boolean | null {
    return this.hosts.get(host) ?? null;
  }
}

interface Sample {
  /** Time at the client's tap, and by how much the server's shows more, ns. */
  readonly time: number;
  readonly more: number;
  readonly toServer: boolean;
}

/**
 * Whatever travels towards the server shows the offset and a delay, whatever comes back the offset less a delay: the
 * clocks' difference lies in the corridor between (as NTP has it, RFC 5905 8), and is taken to be in its middle. A drift
 * tilts the corridor: it is the slope at which the corridor is widest, if that is clearly wider than without.
 * `given`: the offset is known, seconds. Null when the taps have nothing in common.
 */
export function findClock(client: Survey, server: Survey, given: number | null): Clock | null {
  const pairs = client.common(server);
  if (pairs.length === 0) return null;
  const hosts = placeHosts(pairs);
  const samples = pairs.map(([own, theirs]) => ({
    time: own.time,
    more: theirs.time - own.time,
    toServer: hosts.get(own.from) ?? own.likelyClient,
  }));
  const between = secondsBetween(client.start!, server.start!);
  const span = samples[samples.length - 1]!.time - samples[0]!.time;
  const drift = given === null ? driftOf(samples, span) : 0;
  const { low, high } = corridor(samples, drift);
  const known = given === null ? null : (given - between) * 1e9;
  const offset = known ?? middle(low, high);
  const roundTrip = Math.max(0, low !== null && high !== null ? low - high : 0);
  const facts: ClockFacts = {
    offset: between + offset / 1e9,
    uncertainty: known !== null ? 0 : low === null || high === null ? null : roundTrip / 2e9,
    driftPpm: drift === 0 ? null : drift * 1e6,
    roundTrip: roundTrip / 1e9,
    samples: samples.length,
    given: known !== null,
  };
  return new Clock(facts, roundTrip / 2, idsKept(pairs), offset, drift, hosts);
}

/** The least that towards the server shows, and the most that back shows; null where nothing went that way. */
function corridor(samples: readonly Sample[], drift: number): { low: number | null; high: number | null } {
  let low: number | null = null;
  let high: number | null = null;
  for (const { time, more, toServer } of samples) {
    const level = more - drift * time;
    if (toServer) low = low === null ? level : Math.min(low, level);
    else high = high === null ? level : Math.max(high, level);
  }
  return { low, high };
}

function middle(low: number | null, high: number | null): number {
  return low === null ? high! : high === null ? low : (low + high) / 2;
}

function driftOf(samples: readonly Sample[], span: number): number {
  if (span < LEAST_SPAN_NS) return 0;
  const width = (drift: number): number => {
    const { low, high } = corridor(samples, drift);
    return low === null || high === null ? 0 : low - high;
  };
  // The width is a concave function of the slope.
  let from = -MOST_DRIFT;
  let to = MOST_DRIFT;
  for (let i = 0; i < ROUNDS; i++) {
    const third = (to - from) / 3;
    if (width(from + third) < width(to - third)) from += third;
    else to -= third;
  }
  const best = (from + to) / 2;
  const isClear = width(best) > Math.max(width(0), 0) * WIDER && width(best) - width(0) > LEAST_DRIFT_NS / 2;
  return isClear && Math.abs(best) * span >= LEAST_DRIFT_NS ? best : 0;
}

/**
 * Which hosts stand on the client's side: of two that talk, the one whose packets the client's tap sees earlier, by the
 * clocks' own comparison; without both directions, the one whose TTL is still higher there; else the one that opens
 * connections.
 */
function placeHosts(pairs: readonly (readonly [Anchor, Anchor])[]): Map<string, boolean> {
  const talks = new Map<string, { a: string; b: string; fromA: number[]; fromB: number[]; votes: number }>();
  for (const [own, theirs] of pairs) {
    const [a, b] = own.from < own.to ? [own.from, own.to] : [own.to, own.from];
    const key = `${a} ${b}`;
    const talk = talks.get(key) ?? { a, b, fromA: [], fromB: [], votes: 0 };
    talks.set(key, talk);
    const isFromA = own.from === a;
    (isFromA ? talk.fromA : talk.fromB).push(theirs.time - own.time);
    const nearClient = own.ttl === theirs.ttl ? (own.likelyClient ? 1 : -1) : own.ttl > theirs.ttl ? 1000 : -1000;
    talk.votes += isFromA ? nearClient : -nearClient;
  }
  const votes = new Map<string, number>();
  for (const { a, b, fromA, fromB, votes: fallback } of talks.values()) {
    const apart = fromA.length > 0 && fromB.length > 0 ? median(fromA) - median(fromB) : 0;
    const vote = Math.sign(apart) || Math.sign(fallback);
    votes.set(a, (votes.get(a) ?? 0) + vote);
    votes.set(b, (votes.get(b) ?? 0) - vote);
  }
  return new Map([...votes].filter(([, vote]) => vote !== 0).map(([host, vote]) => [host, vote > 0]));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** Nine of ten IP IDs are the same at both taps. */
function idsKept(pairs: readonly (readonly [Anchor, Anchor])[]): boolean {
  const told = pairs.filter(([own, theirs]) => own.ipId > 0 && theirs.ipId > 0);
  return told.filter(([own, theirs]) => own.ipId === theirs.ipId).length >= 0.9 * told.length;
}
