import { ACK, FIN, HEADER_CUT, RST, type Segment, SYN } from '../../packet/segment.ts';
import type { TapFlow } from './flows.ts';

export const CLIENT_TAP = 0;
export const SERVER_TAP = 1;

/** Flags that say what a segment is; the path may well change others. */
const IDENTITY_FLAGS = FIN | SYN | RST | ACK;

/** One segment as one tap saw it: what identifies it, what the path may have changed, and what became of it. */
export class Sighting {
  readonly tap: number;
  readonly flow: TapFlow;
  readonly frame: number;
  /** Nanoseconds on the clock of the client's tap, since its first packet. */
  readonly time: number;
  readonly key: number;

  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly length: number;
  readonly window: number;
  readonly urgent: number;
  readonly ipId: number;
  readonly ttl: number;
  readonly ecn: number;
  readonly hasTimestamps: boolean;
  readonly tsVal: number;
  readonly tsEcr: number;
  /** The capture holds the whole header: what options it does not show are not there. */
  readonly isWhole: boolean;
  readonly mss: number;
  readonly windowScale: number;
  readonly sackPermitted: boolean;
  readonly sackCount: number;
  readonly sackHash: number;
  readonly tfoCookie: number;
  readonly mptcp: boolean;
  readonly payloadCaptured: number;
  readonly payloadHash: number;

  /** The same transmission at the other tap. */
  partner: Sighting | null = null;
  /** Frames of further copies at this tap. */
  copies: number[] | null = null;
  /** Parts of its payload that no other segment at the other tap has shown: pairs of offsets. Null: nothing was asked. */
  open: number[] | null = null;
  /** Frames at the other tap that hold parts of it. */
  pieces: number[] | null = null;
  /** Left the memory of its tap. */
  gone = false;
  /** Once delivered: some that were sent later came before it, of its flow or of any. */
  overtaken = false;
  overtakenByAny = false;
  /** Of an arrival: nanoseconds since the one before, of any flow; to the next, if that one had been waiting; usual gap then. */
  gapBefore = Number.POSITIVE_INFINITY;
  gapAfter = 0;
  usualGap = 0;

  constructor(tap: number, flow: TapFlow, time: number, key: number, s: Segment) {
    this.tap = tap;
    this.flow = flow;
    this.frame = s.frame;
    this.time = time;
    this.key = key;
    this.seq = s.seq;
    this.ack = s.ack;
    this.flags = s.flags;
    this.length = s.length;
    this.window = s.window;
    this.urgent = s.urgent;
    this.ipId = s.ipId;
    this.ttl = s.ttl;
    this.ecn = s.ecn;
    this.hasTimestamps = s.hasTimestamps;
    this.tsVal = s.tsVal;
    this.tsEcr = s.tsEcr;
    this.isWhole = (s.troubles & HEADER_CUT) === 0;
    this.mss = s.mss;
    this.windowScale = s.windowScale;
    this.sackPermitted = s.sackPermitted;
    this.sackCount = s.sackCount;
    this.sackHash = sackHash(s);
    this.tfoCookie = s.tfoCookie;
    this.mptcp = s.mptcp;
    this.payloadCaptured = s.payloadCaptured;
    this.payloadHash = payloadHash(s);
  }
}

/**
 * What a segment is called on its way, whatever address translators and option strippers make of it: 53 bits of its
 * numbers, length and SYN, FIN, RST and ACK.
 */
export function keyOf(s: Segment): number {
  const ack = (s.flags & ACK) === 0 ? 0 : s.ack;
  const kind = (s.length << 5) | (s.flags & IDENTITY_FLAGS);
  const low = mix(mix(mix(0x9e3779b9, s.seq), ack), kind);
  const high = mix(mix(mix(0x85ebca6b, ack), kind), s.seq);
  return (high & 0x1fffff) * 0x100000000 + (low >>> 0);
}

export function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function sackHash(s: Segment): number {
  let hash = 0;
  for (let i = 0; i < 2 * s.sackCount; i++) hash = mix(hash, s.sack[i]!);
  return hash;
}

/** FNV-1a of the payload as far as it was captured. */
function payloadHash({ bytes, payloadStart, payloadCaptured }: Segment): number {
  let hash = 0x811c9dc5;
  for (let i = payloadStart; i < payloadStart + payloadCaptured; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}

/**
 * Both may be one and the same transmission: what tells a segment from its own retransmission is equal, as far as both
 * taps show it. `idsKept`: the path leaves the IP ID alone.
 */
export function mayBeSame(a: Sighting, b: Sighting, idsKept: boolean): boolean {
  if (a.hasTimestamps && b.hasTimestamps && a.tsVal !== b.tsVal) return false;
  return !idsKept || a.ipId <= 0 || b.ipId <= 0 || a.ipId === b.ipId;
}

/** Nothing at all is different that a sender could have made different. */
export function isTwin(a: Sighting, b: Sighting): boolean {
  return (
    a.window === b.window &&
    a.tsVal === b.tsVal &&
    a.tsEcr === b.tsEcr &&
    a.sackHash === b.sackHash &&
    a.ipId === b.ipId &&
    (a.payloadHash === b.payloadHash || a.payloadCaptured !== b.payloadCaptured)
  );
}
