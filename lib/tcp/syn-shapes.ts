import type { Segment } from '../packet/segment.ts';

/** What many SYNs have in common: everything but addresses, ports, numbers, times, TTL and window. */
export interface SynShape {
  readonly ipVersion: number;
  readonly flags: number;
  readonly headerLength: number;
  readonly mss: number;
  readonly windowScale: number;
  readonly sackPermitted: boolean;
  readonly hasTimestamps: boolean;
  readonly ecn: number;
  readonly linkHash: number;
  readonly tunnel: number;
  readonly interface: number;
}

/** SYN shapes as small numbers: a flood uses few, so each of its SYNs costs a number and not an object. */
const MOST_SHAPES = 0xffff;

export class SynShapes {
  private readonly shapes: SynShape[] = [];
  private readonly index = new Map<string, number>();
  private last = -1;

  /** The number of the segment's shape; -1 when there are too many, so that memory stays bounded. */
  intern(s: Segment): number {
    if (this.last >= 0 && equal(this.shapes[this.last]!, s)) return this.last;
    const key = `${s.ipVersion} ${s.flags} ${s.headerLength} ${s.mss} ${s.windowScale} ${s.sackPermitted} ${s.hasTimestamps} ${s.ecn} ${s.linkHash} ${s.tunnel} ${s.interface}`;
    let number = this.index.get(key);
    if (number === undefined) {
      if (this.shapes.length >= MOST_SHAPES) return -1;
      number = this.shapes.length;
      this.index.set(key, number);
      this.shapes.push({
        ipVersion: s.ipVersion,
        flags: s.flags,
        headerLength: s.headerLength,
        mss: s.mss,
        windowScale: s.windowScale,
        sackPermitted: s.sackPermitted,
        hasTimestamps: s.hasTimestamps,
        ecn: s.ecn,
        linkHash: s.linkHash,
        tunnel: s.tunnel,
        interface: s.interface,
      });
    }
    this.last = number;
    return number;
  }

  get(number: number): SynShape {
    return this.shapes[number]!;
  }

  /** Gives a segment the shape of this number; everything else that a lone SYN has not is set to nothing. */
  restore(number: number, s: Segment): void {
    const shape = this.get(number);
    s.ipVersion = shape.ipVersion;
    s.flags = shape.flags;
    s.headerLength = shape.headerLength;
    s.mss = shape.mss;
    s.windowScale = shape.windowScale;
    s.sackPermitted = shape.sackPermitted;
    s.hasTimestamps = shape.hasTimestamps;
    s.ecn = shape.ecn;
    s.linkHash = shape.linkHash;
    s.tunnel = shape.tunnel;
    s.interface = shape.interface;
    s.ack = 0;
    s.tsEcr = 0;
    s.urgent = 0;
    s.checksum = 0;
    s.length = 0;
    s.payloadCaptured = 0;
    s.sackCount = 0;
    s.tfoCookie = -1;
    s.mptcp = false;
    s.troubles = 0;
  }
}

function equal(shape: SynShape, s: Segment): boolean {
  return (
    shape.mss === s.mss &&
    shape.windowScale === s.windowScale &&
    shape.linkHash === s.linkHash &&
    shape.flags === s.flags &&
    shape.headerLength === s.headerLength &&
    shape.sackPermitted === s.sackPermitted &&
    shape.hasTimestamps === s.hasTimestamps &&
    shape.ecn === s.ecn &&
    shape.tunnel === s.tunnel &&
    shape.interface === s.interface &&
    shape.ipVersion === s.ipVersion
  );
}
