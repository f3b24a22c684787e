import { seqGe } from '../../bytes/seq.ts';
import type { ResponseFacts } from '../../facts/connection.ts';
import { EXCHANGED } from '../../facts/notes.ts';
import { RETRANSMISSION } from '../../facts/verdict.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import { elapsed } from '../timing/elapsed.ts';
import { NO_SAMPLE, RoundTrips } from '../timing/round-trips.ts';
import { ASKED } from './watch.ts';

/** A response that took less is nobody's concern, seconds: connections keep nothing of such but their number and sum. */
export const SLOW_SECONDS = 0.5;
/** Services whose times are kept; further ones have none. */
const MOST_SERVICES = 4096;

/** How long the responses of each service take: the times of all its connections. */
export class Services {
  private readonly times = new Map<number, RoundTrips>();

  /** Of the sender of `s`. IPv6 addresses are folded: two that fall together share their times. */
  of(s: Segment): RoundTrips | null {
    const folded = Math.imul(Math.imul(s.srcA ^ Math.imul(s.srcB, 31), 0x9e3779b1) ^ s.srcC, 0x85ebca6b) ^ s.srcD;
    const key = (folded >>> 0) * 65_536 + s.srcPort;
    let times = this.times.get(key);
    if (times === undefined) {
      if (this.times.size >= MOST_SERVICES) return null;
      times = new RoundTrips();
      this.times.set(key, times);
    }
    return times;
  }
}

/** The responses of a connection that had a slow one. */
export class Responses {
  /** All of them; those before the first slow one by their mean. */
  readonly own: RoundTrips = new RoundTrips();
  readonly service: RoundTrips | null;
  worst: ResponseFacts['worst'] | null = null;

  constructor(service: RoundTrips | null) {
    this.service = service;
  }

  facts(): ResponseFacts | undefined {
    const own = this.own.facts();
    if (this.worst === null || own === null) return undefined;
    const service = this.service?.facts();
    return {
      count: own.samples,
      p50: own.p50,
      worst: this.worst,
      ...(service == null ? {} : { service: { p50: service.p50, count: service.samples } }),
    };
  }
}

/** Data from the client: a request, or more of it. What has to be sent again tells nothing of the server. */
export function noteRequest(c: Connection, verdict: number): void {
  if (verdict === 0) c.watch |= ASKED;
  else if (verdict === RETRANSMISSION) c.watch &= ~ASKED;
}

/** The server's first data after a request: the response, if the server had the request by then. */
export function noteResponse(c: Connection, s: Segment, verdict: number, services: Services): void {
  const { flow } = c.client;
  if (verdict === RETRANSMISSION) c.watch &= ~ASKED;
  if (verdict !== 0 || !seqGe(s.ack, flow.next)) return;
  c.watch &= ~ASKED;
  // A client whose window is closed keeps its own response waiting.
  if (flow.window === 0) return;
  const { lastDataSeconds, lastDataNanos, roundTrips } = flow;
  enterResponse(c, s, elapsed(s, lastDataSeconds, lastDataNanos) - pathSeconds(c, roundTrips.min), services);
}

/** From the tap to the server and back, where `min` is the shortest round trip of the client's flow, microseconds. */
export function pathSeconds(c: Connection, min: number): number {
  const handshake = c.serverHalfMicros;
  if (min === NO_SAMPLE) return Math.max(handshake, 0) / 1e6;
  return (handshake < 0 ? min : Math.min(min, handshake)) / 1e6;
}

/** `s` begins a response, for which the server took so long. */
export function enterResponse(c: Connection, s: Segment, seconds: number, services: Services): void {
  const micros = Math.min(Math.max(Math.round(seconds * 1e6), 0), 0x3fffffff);
  c.service ??= services.of(s);
  c.service?.add(micros);
  if (seconds >= SLOW_SECONDS) noteSlow(c, s, seconds);
  c.oddities?.responses?.own.add(micros);
  c.responses++;
  c.responseMicros += micros;
}

function noteSlow(c: Connection, s: Segment, unrounded: number): void {
  const seconds = Math.round(unrounded * 1e9) / 1e9;
  c.notes |= EXCHANGED;
  const odd = c.odd();
  if (odd.responses === null) {
    odd.responses = new Responses(c.service);
    const mean = c.responseMicros / Math.max(c.responses, 1);
    for (let i = 0; i < c.responses; i++) odd.responses.own.add(mean);
  }
  const { responses } = odd;
  if (responses.worst !== null && responses.worst.seconds >= seconds) return;
  const { lastDataFrame, lastDataSeconds, lastDataNanos } = c.client.flow;
  responses.worst = {
    seconds,
    request: { frame: lastDataFrame, time: { seconds: lastDataSeconds, nanos: lastDataNanos } },
    response: { frame: s.frame, time: { seconds: s.seconds, nanos: s.nanos } },
  };
}
