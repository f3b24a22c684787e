import { RoundTrips } from './timing/round-trips.ts';
import type { FlowDetail } from './verdict/detail.ts';
import type { Limits } from './window/limits.ts';

// What the endpoint's SYN (or SYN-ACK) offered: bits of `options`.
export const SYN_SEEN = 1 << 0;
export const OFFERED_SACK = 1 << 1;
export const OFFERED_TIMESTAMPS = 1 << 2;
export const OFFERED_SCALE = 1 << 3;

/**
 * One direction of a connection: what one endpoint sent, and how the other answered it. Fields are int32 or small
 * integers, given their first value in one order (`clear`), so that all flows share one shape. What only odd flows need is in `detail`.
 */
export class Flow {
  /** Sequence number of the SYN, or of the first segment seen. Meaningful once `started` is 1. */
  declare isn: number;
  declare started: number;
  /** Highest sequence number sent, plus one: SND.NXT as the tap saw it (RFC 9293 3.3.1). */
  declare next: number;
  /** First sequence number not yet seen at the tap, counted without holes: RCV.NXT of the receiver as the tap saw it. */
  declare contiguous: number;
  /** Highest acknowledgment the peer has sent: SND.UNA as the tap saw it. Meaningful once `ackSeen` is 1. */
  declare acked: number;
  declare ackSeen: number;
  /** Sequence number of the FIN, once `finSent` is 1. */
  declare fin: number;
  declare finSent: number;
  /** A SYN with ACK was sent. */
  declare synAcked: number;

  declare packets: number;
  /** Payload bytes and segments with payload, repeats included. */
  declare bytes: number;
  declare dataSegments: number;
  declare largestSegment: number;

  // What this endpoint's SYN offered (bits above), and the options' values.
  declare options: number;
  declare mss: number;
  declare windowScale: number;

  // The window that this endpoint advertises: last, as in the header; highest right edge; largest in bytes.
  declare window: number;
  declare edge: number;
  declare maxWindow: number;

  // History of what was sent (verdict/history.ts): oldest record kept, oldest not acknowledged, newest; kept behind `acked`.
  declare head: number;
  declare una: number;
  declare tail: number;
  declare kept: number;
  /** Fingerprints of the pure ACKs sent last (verdict/recent-acks.ts), -1 before the first. */
  declare recentAcks: number;

  // Marks of the newest packet sent: what later ones are compared with (verdict/sending-order.ts).
  declare tsVal: number;
  declare ipId: number;
  /** Steps of the IP ID: by one, by a few, and those that do not look like counting. */
  declare ipIdSteps: number;
  declare ipIdSkips: number;
  declare ipIdJumps: number;
  declare link: number;
  /** Capture time of the last packet sent, and of the last ACK from the peer that acknowledged something new. */
  declare seconds: number;
  declare nanos: number;
  declare ackSeconds: number;
  declare ackNanos: number;
  /** Duplicate ACKs in a row that the peer sent for this flow. */
  declare dupAcks: number;

  /** First payload. */
  declare firstDataFrame: number;
  declare firstDataSeconds: number;
  declare firstDataNanos: number;

  readonly roundTrips: RoundTrips = new RoundTrips();
  /** What held it back, once it has sent much. */
  declare limits: Limits | null;
  declare detail: FlowDetail | null;

  constructor() {
    this.clear();
  }

  /** As if nothing had been sent: flows are used again. */
  clear(): void {
    this.isn = 0;
    this.started = 0;
    this.next = 0;
    this.contiguous = 0;
    this.acked = 0;
    this.ackSeen = 0;
    this.fin = 0;
    this.finSent = 0;
    this.synAcked = 0;
    this.packets = 0;
    this.bytes = 0;
    this.dataSegments = 0;
    this.largestSegment = 0;
    this.options = 0;
    this.mss = 0;
    this.windowScale = -1;
    this.window = 0;
    this.edge = 0;
    this.maxWindow = 0;
    this.head = -1;
    this.una = -1;
    this.tail = -1;
    this.kept = 0;
    this.recentAcks = -1;
    this.tsVal = 0;
    this.ipId = -1;
    this.ipIdSteps = 0;
    this.ipIdSkips = 0;
    this.ipIdJumps = 0;
    this.link = 0;
    this.seconds = 0;
    this.nanos = 0;
    this.ackSeconds = 0;
    this.ackNanos = 0;
    this.dupAcks = 0;
    this.firstDataFrame = 0;
    this.firstDataSeconds = 0;
    this.firstDataNanos = 0;
    this.roundTrips.clear();
    this.limits = null;
    this.detail = null;
  }
}
