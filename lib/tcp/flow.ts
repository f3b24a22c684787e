import { RoundTrips } from './timing/round-trips.ts';
import type { FlowDetail } from './verdict/detail.ts';
import type { Limits } from './window/limits.ts';

// What the endpoint's SYN (or SYN-ACK) offered: bits of `options`.
export const SYN_SEEN = 1 << 0;
export const OFFERED_SACK = 1 << 1;
export const OFFERED_TIMESTAMPS = 1 << 2;
export const OFFERED_SCALE = 1 << 3;
/** The capture does not hold its options: the snap length cut them off. */
export const OPTIONS_CUT = 1 << 5;
/** It came with IP ID 0 (verdict/sending-order.ts). */
export const UNNUMBERED_SYN_ACK = 1 << 4;
/** Of a client: its first ACK answered the SYN-ACK at once, and took no longer to the tap than its SYN. */
export const ANSWERED_AT_ONCE = 1 << 6;

/**
 * One direction of a connection: what one endpoint sent, and how the other answered it. Fields are int32 or small
 * integers, initialised to their type, so that all flows share one shape. What only odd flows need is in `detail`.
 */
export class Flow {
  // Touched by every packet, so together at the front of the object.
  /** Highest sequence number sent, plus one: SND.NXT as the tap saw it (RFC 9293 3.3.1). */
  next = 0;
  /** Highest acknowledgment the peer has sent: SND.UNA as the tap saw it. Meaningful once `ackSeen` is 1. */
  acked = 0;
  ackSeen = 0;
  started = 0;
  packets = 0;
  window = 0;
  detail: FlowDetail | null = null;
  ipId = -1;
  tsVal = 0;
  /** Capture time of the last packet sent, and of the last ACK from the peer that acknowledged something new. */
  seconds = 0;
  nanos = 0;
  edge = 0;
  maxWindow = 0;
  options = 0;
  windowScale = -1;
  /** First sequence number not yet seen at the tap, counted without holes: RCV.NXT of the receiver as the tap saw it. */
  contiguous = 0;
  /** Payload bytes and segments with payload, repeats included. */
  bytes = 0;
  dataSegments = 0;
  largestSegment = 0;
  tail = -1;
  una = -1;
  head = -1;
  kept = 0;
  /** Last payload that was new. */
  lastDataFrame = 0;
  lastDataSeconds = 0;
  lastDataNanos = 0;
  ackSeconds = 0;
  ackNanos = 0;
  /** Duplicate ACKs in a row that the peer sent for this flow. */
  dupAcks = 0;
  /** Steps of the IP ID: by one, by a few, and those that do not look like counting. */
  ipIdSteps = 0;
  /** Fingerprints of the pure ACKs sent last (verdict/recent-acks.ts), -1 before the first. */
  recentAcks = -1;

  // Touched now and then.
  /** Sequence number of the SYN, or of the first segment seen. Meaningful once `started` is 1. */
  isn = 0;
  /** Sequence number of the FIN, once `finSent` is 1. */
  fin = 0;
  finSent = 0;
  /** A SYN with ACK was sent. */
  synAcked = 0;
  mss = 0;
  ipIdSkips = 0;
  ipIdJumps = 0;
  /** From this IP ID on none was left out (verdict/sending-order.ts). */
  ipIdWhole = -1;
  /** First payload. */
  firstDataFrame = 0;
  firstDataSeconds = 0;
  firstDataNanos = 0;
  readonly roundTrips: RoundTrips = new RoundTrips();
  /** What held it back, once it has sent much. */
  limits: Limits | null = null;

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
    this.ipIdWhole = -1;
    this.seconds = 0;
    this.nanos = 0;
    this.ackSeconds = 0;
    this.ackNanos = 0;
    this.dupAcks = 0;
    this.firstDataFrame = 0;
    this.firstDataSeconds = 0;
    this.firstDataNanos = 0;
    this.lastDataFrame = 0;
    this.lastDataSeconds = 0;
    this.lastDataNanos = 0;
    this.roundTrips.clear();
    this.limits = null;
    this.detail = null;
  }
}
