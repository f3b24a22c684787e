import type { IcmpFacts, ResetFacts, Sighting } from '../facts/connection.ts';
import { CLOSED } from '../facts/state.ts';
import { Flow } from './flow.ts';

/** One end of a connection: its state, and the flow of what it sends. */
export class Endpoint {
  state: number = CLOSED;
  /** Newest state change in the timeline, -1 before the first; and how many changes nothing has confirmed yet. */
  change = -1;
  unconfirmed = 0;
  /** It repeated its SYN-ACK after the final ACK had passed: ACKs are believed only when it shows that it got one. */
  doubted = 0;
  /** A SYN, and the FIN, of this endpoint passed the tap (or was proven), and how often. */
  syns = 0;
  fins = 0;
  /** Repeats and probes that it has sent since the other end was last heard: the path, or the peer, may be dead. */
  unheard = 0;
  /** When its TIME_WAIT (re)started: the timer begins anew with every FIN that comes again. */
  waitSeconds = 0;
  waitNanos = 0;
  /** Timestamp of its first FIN: the echo of it tells which copy arrived (RFC 7323 4.3). */
  finTsVal = 0;
  /** TTL of its first segment, to hold a RST against. */
  ttl = 0;
  flow: Flow = new Flow();
}

/**
 * A live connection: two endpoints and what they share. Lean: a healthy one must stay near one kilobyte; what only odd
 * connections need is in `oddities`.
 */
export class Connection {
  readonly number: number;
  /** Index of its 4-tuple in the table. */
  readonly entry: number;
  readonly client: Endpoint = new Endpoint();
  readonly server: Endpoint = new Endpoint();
  /** The client is the lower of the two (address, port) pairs, as the table orders them. */
  readonly clientIsLow: boolean;
  readonly ipVersion: number;
  /** Notes (facts/notes.ts) taken so far. */
  notes = 0;
  /** Both ends are ESTABLISHED and have proven it, no FIN has passed: the state machine has nothing to do. */
  steady = false;
  /** It began with a SYN that the capture holds. */
  handshakeSeen = false;
  /** Tunnel of the client's and of the server's segments. */
  clientTunnel = 0;
  serverTunnel = 0;

  firstFrame = 0;
  startSeconds = 0;
  startNanos = 0;
  lastFrame = 0;
  lastSeconds = 0;
  lastNanos = 0;

  /** Round trips at the tap, microseconds, -1 while unknown: last SYN to SYN-ACK, and SYN-ACK to the client's ACK. */
  serverHalfMicros = -1;
  clientHalfMicros = -1;
  /** Last SYN and last SYN-ACK, to measure those from. */
  synSeconds = 0;
  synNanos = 0;
  synAckSeconds = 0;
  synAckNanos = 0;

  /** Wireshark's stream number of its segments now; others in `oddities.streams`. */
  stream = 0;
  /** The next connection on the same 4-tuple in another tunnel. */
  sibling: Connection | null = null;
  /** The incarnation before this one, while it is not known whether this SYN ends its TIME_WAIT. */
  previous: Connection | null = null;
  oddities: Oddities | null = null;
  /** Capture time at which it may leave memory, 0 while it is live. */
  expires = 0;

  constructor(number: number, entry: number, clientIsLow: boolean, ipVersion: number) {
    this.number = number;
    this.entry = entry;
    this.clientIsLow = clientIsLow;
    this.ipVersion = ipVersion;
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
  /** Where a state change stood before a repeated FIN moved it: it goes back if the first FIN turns out to have arrived. */
  moved: {
    readonly endpoint: Endpoint;
    readonly seconds: number;
    readonly nanos: number;
    readonly frame: number;
  } | null = null;
  /** State changes that no correct endpoint shows. */
  illegalEvents = 0;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function keep<T>(list: T[], item: T): void {
  if (list.length < KEPT) list.push(item);
}
