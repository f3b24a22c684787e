import type { IcmpFacts, ResetFacts, Sighting } from '../facts/connection.ts';
import type { Moment } from '../facts/moment.ts';
import { CLOSED } from '../facts/state.ts';
import { Flow } from './flow.ts';
import type { EndpointOddities } from './oddities/endpoint.ts';
import type { OldNumbers } from './oddities/numbers.ts';
import type { Responses } from './oddities/responses.ts';
import type { Seen } from './oddities/seen.ts';
import type { KeptSilence } from './oddities/silences.ts';
import type { RoundTrips } from './timing/round-trips.ts';

/** One end of a connection: its state, and the flow of what it sends. */
export class Endpoint {
  // Touched by every packet, so together at the front of the object.
  readonly flow: Flow = new Flow();
  /** Repeats and probes that it has sent since the other end was last heard: the path, or the peer, may be dead. */
  unheard = 0;
  state = CLOSED;
  /** TTL of its first segment, to hold a RST against; highest timestamp, last window field. */
  ttl = 0;
  tsVal = 0;
  window = 0;
  /** Duplicate ACKs noted in a row, what became of its last small segment (oddities/small.ts), a run of tiny ones. */
  dupAcks = 0;
  small = 0;
  tinyRun = 0;
  /** Largest payload it had sent when the peer last acknowledged all: so much gets through. */
  passed = 0;

  // Touched now and then.
  /** Newest state change in the timeline, -1 before the first; and how many changes nothing has confirmed yet. */
  change = -1;
  unconfirmed = 0;
  /** It repeated its SYN-ACK after the final ACK had passed: ACKs are believed only when it shows that it got one. */
  doubted = 0;
  /** A SYN, and the FIN, of this endpoint passed the tap (or was proven), and how often. */
  syns = 0;
  fins = 0;
  /** When its TIME_WAIT (re)started: the timer begins anew with every FIN that comes again. */
  waitSeconds = 0;
  waitNanos = 0;
  /** Each copy of its FIN has acknowledged the peer's: whoever got the one got the other. */
  finAcksFin = 0;
  /** Timestamp of its first FIN: the echo of it tells which copy arrived (RFC 7323 4.3). */
  finTsVal = 0;
  /** Where the capture holds nothing of the peer: the last acknowledgment sent, and whether it moved by one. */
  ackSent = 0;
  ackedOne = 0;
  /** How long its last small segment waited for an ACK, when the last tiny one was sent. */
  waitedMicros = 0;
  tinySeconds = 0;
  tinyNanos = 0;
  /** It sent a TLS alert, and where the last began. */
  alerted = false;
  alertAt = 0;

  clear(): void {
    this.state = CLOSED;
    this.change = -1;
    this.unconfirmed = 0;
    this.doubted = 0;
    this.syns = 0;
    this.fins = 0;
    this.unheard = 0;
    this.waitSeconds = 0;
    this.waitNanos = 0;
    this.finTsVal = 0;
    this.finAcksFin = 0;
    this.ackSent = 0;
    this.ackedOne = 0;
    this.ttl = 0;
    this.tsVal = 0;
    this.window = 0;
    this.dupAcks = 0;
    this.small = 0;
    this.waitedMicros = 0;
    this.tinyRun = 0;
    this.tinySeconds = 0;
    this.tinyNanos = 0;
    this.alerted = false;
    this.alertAt = 0;
    this.passed = 0;
    this.flow.clear();
  }
}

/**
 * A live connection: two endpoints and what they share. Lean, and used again when the connection it stood for has left
 * memory; what only odd connections need is in `oddities`.
 */
export class Connection {
  // Touched by every packet, so together at the front of the object.
  /** The client is the lower of the two (address, port) pairs, as the table orders them. */
  clientIsLow = false;
  /** Notes (facts/notes.ts) taken so far. */
  notes = 0;
  /** Tunnel of the client's and of the server's segments. */
  clientTunnel = 0;
  serverTunnel = 0;
  /** The next connection on the same 4-tuple in another tunnel. */
  sibling: Connection | null = null;
  /** Capture second at which it may leave memory, 0 while it is live. */
  expires = 0;
  lastFrame = 0;
  lastSeconds = 0;
  lastNanos = 0;
  /** Wireshark's stream number of its segments now; others in `oddities.streams`. */
  stream = 0;
  /** Both ends are ESTABLISHED and have proven it, no FIN has passed: the state machine has nothing to do. */
  steady = false;
  /** What the next segments may answer (bits of oddities/watch.ts). */
  watch = 0;
  /** The incarnation before this one, while it is not known whether this SYN ends its TIME_WAIT. */
  previous: Connection | null = null;
  readonly client: Endpoint = new Endpoint();
  readonly server: Endpoint = new Endpoint();

  // Touched now and then.
  number = 0;
  /** Index of its 4-tuple in the table. */
  entry = 0;
  ipVersion = 4;
  /** It began with a SYN that the capture holds. */
  handshakeSeen = false;
  /** It had been finished, and a late segment brought it back: counted already. */
  revived = false;
  firstFrame = 0;
  startSeconds = 0;
  startNanos = 0;
  /** Round trips at the tap, microseconds, -1 while unknown: last SYN to SYN-ACK, and SYN-ACK to the client's ACK. */
  serverHalfMicros = -1;
  clientHalfMicros = -1;
  /** Last SYN and last SYN-ACK, to measure those from. */
  synSeconds = 0;
  synNanos = 0;
  synAckSeconds = 0;
  synAckNanos = 0;
  /** Their timestamps, 0 without. */
  synTsVal = 0;
  synAckTsVal = 0;
  /** Responses of the server so far, the sum of their times, and those of all responses of this service. */
  service: RoundTrips | null = null;
  responses = 0;
  responseMicros = 0;
  oddities: Oddities | null = null;

  clear(): void {
    this.number = 0;
    this.entry = 0;
    this.clientIsLow = false;
    this.ipVersion = 4;
    this.notes = 0;
    this.steady = false;
    this.handshakeSeen = false;
    this.revived = false;
    this.clientTunnel = 0;
    this.serverTunnel = 0;
    this.firstFrame = 0;
    this.startSeconds = 0;
    this.startNanos = 0;
    this.lastFrame = 0;
    this.lastSeconds = 0;
    this.lastNanos = 0;
    this.serverHalfMicros = -1;
    this.clientHalfMicros = -1;
    this.synSeconds = 0;
    this.synNanos = 0;
    this.synAckSeconds = 0;
    this.synAckNanos = 0;
    this.synTsVal = 0;
    this.synAckTsVal = 0;
    this.watch = 0;
    this.service = null;
    this.responses = 0;
    this.responseMicros = 0;
    this.stream = 0;
    this.expires = 0;
    this.sibling = null;
    this.previous = null;
    this.oddities = null;
    this.client.clear();
    this.server.clear();
  }

  odd(): Oddities {
    this.oddities ??= new Oddities();
    return this.oddities;
  }
}

/** Most sightings kept of one kind. */
const KEPT = 16;

/** What only odd connections show. Lists are short: the first sixteen of each. */
export class Oddities {
  streams: number[] | null = null;
  readonly syns: Sighting[] = [];
  /** Timestamps of `syns`, 0 without. */
  readonly synTsVals: number[] = [];
  readonly synAcks: Sighting[] = [];
  readonly clientFins: Sighting[] = [];
  readonly serverFins: Sighting[] = [];
  synAcksAfterAck = 0;
  refused: { by: 'rst' | 'icmp'; frame: number; time: { seconds: number; nanos: number } } | null = null;
  wrongAck: { frame: number; time: { seconds: number; nanos: number }; acknowledged: number; expected: number } | null =
    null;
  simultaneous = false;
  isnChanged: Sighting | null = null;
  synData: { bytes: number; fastOpen: boolean; acknowledged: number; frame: number } | null = null;
  earlyData: Sighting | null = null;
  readonly straySyns: {
    frame: number;
    time: { seconds: number; nanos: number };
    from: 'client' | 'server';
    seq: number;
    challenged: boolean;
  }[] = [];
  readonly resets: Mutable<ResetFacts>[] = [];
  readonly icmpErrors: IcmpFacts[] = [];
  reuse: { previous: number; secondsIntoTimeWait: number; refused: boolean } | null = null;
  /** While a server is doubted: the client's segment that may have completed the handshake after all. */
  candidateFrame = 0;
  candidateSeconds = 0;
  candidateNanos = 0;
  /** The copies of a FIN, the last of which moved a state change: it goes back to the one that turns out to have arrived. */
  moved: { readonly endpoint: Endpoint; readonly copies: FinCopy[] } | null = null;
  /** Where one direction was captured: the segment whose acknowledgment moved by one, as it does for a FIN. */
  ackedOneWith: { readonly seconds: number; readonly nanos: number; readonly frame: number } | null = null;
  /** An ACK whose number may stand behind a FIN which the capture does not hold. */
  questioned: { readonly seq: number; readonly seconds: number; readonly nanos: number } | null = null;
  /** Another copy of the peer's FIN must come before this end can have it. */
  missedFin: Endpoint | null = null;
  /** The latest ACK of a FIN that came again, whose sender may yet turn out not to have got an earlier one. */
  finAck: { readonly of: Endpoint; readonly seconds: number; readonly nanos: number; readonly frame: number } | null =
    null;
  /** What was to end it, or was the ACK of its FIN, came in vain: how often in all, and the first and last repeats that tell so. */
  inVain: { readonly of: Endpoint; readonly since: Moment; times: number; latest: Moment } | null = null;
  client: EndpointOddities | null = null;
  server: EndpointOddities | null = null;
  silences: KeptSilence[] | null = null;
  responses: Responses | null = null;
  /** Numbers of the connection before, whose segments may still turn up. */
  old: OldNumbers | null = null;
  oldDuplicates: Seen<{ readonly from: 'client' | 'server' }> | null = null;
}

/** One transmission of a FIN; the timestamp is 0 without one. */
export interface FinCopy {
  readonly seconds: number;
  readonly nanos: number;
  readonly frame: number;
  readonly tsVal: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function keep<T>(list: T[], item: T): void {
  if (list.length < KEPT) list.push(item);
}
