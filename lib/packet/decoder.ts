import type { Frame } from '../capture/frame.ts';
import type { IcmpError } from './icmp-error.ts';
import {
  ETHERTYPE,
  IP_FRAGMENT,
  IP_PROTOCOL,
  LINK,
  linkKey,
  MAX_LAYERS,
  OTHER_PROTOCOL,
  REASONS,
  TOO_DEEP,
  UNREGISTERED,
} from './keys.ts';
import { CUT_SHORT, FROM_FRAGMENTS, Segment } from './segment.ts';
import { LAYERS } from './table.ts';
import { decodeQuote, decodeTcp, TCP_LEAST } from './tcp.ts';
import { describe } from './tunnel/kinds.ts';
import { fold, LINK_SEED, Walk } from './walk.ts';

// What a frame held.
export const NOT_TCP = 0;
export const TCP = 1;
export const ICMP_ERROR = 2;

/** Frames that held no TCP, for one reason. */
export interface Skipped {
  readonly frames: number;
  readonly firstFrame: number;
}

/** An ICMP quote holds at least this much of the TCP header: ports and sequence number (RFC 792). */
const QUOTE_LEAST = 8;
const MOST_TUNNELS = 65_536;
const UNKNOWN_LINK = REASONS.length;

/**
 * Frame -> Segment, or IcmpError. `segment` and `icmp` are reused cursors: **valid until the next `decode`**, and as
 * long as the frame's bytes are. A frame that can't be read is counted in `skipped`, never an exception.
 *
 * A few frames hold several packets: `decode` goes to the first with TCP, `decodeMore` from one to the next, until it has
 * gone through all.
 */
export class Decoder {
  readonly segment: Segment = new Segment();
  /** The frame goes on behind the packet in hand: `decodeMore` is to be called. */
  more = false;
  /** There was TCP in this frame. */
  private found = false;
  private readonly walk: Walk = new Walk(this.segment);
  private readonly skippedFrames = new Float64Array(UNKNOWN_LINK);
  private readonly skippedFirst = new Float64Array(UNKNOWN_LINK);
  private readonly tunnelTexts = new Map<number, string>();
  private lastTunnel = 0;
  private readonly unknownLinks = new Map<number, { frames: number; firstFrame: number }>();

  get icmp(): IcmpError {
    return this.walk.icmp;
  }

  /** Decodes the first of a frame: TCP (in `segment`), ICMP_ERROR (in `icmp`), or NOT_TCP (counted) where there is none. */
  decode(frame: Frame): number {
    const { walk, segment } = this;
    const { bytes, start, captured } = frame;
    if (bytes !== walk.bytes) walk.read(bytes);
    segment.frame = frame.number;
    segment.seconds = frame.seconds;
    segment.nanos = frame.nanos;
    segment.interface = frame.interface;

    // The usual frame: Ethernet II, IPv4 without options, not a fragment, TCP. All else goes through the table, and
    // would find the same.
    if (captured >= 54 && frame.linkType === 1) {
      const { view } = walk;
      const word = view.getInt32(start + 12);
      const fragmentAndProtocol = view.getInt32(start + 20);
      const lengthAndId = view.getInt32(start + 16);
      const total = lengthAndId >>> 16;
      if (
        word >>> 8 === 0x080045 &&
        (fragmentAndProtocol & 0x3fff00ff) === 6 &&
        total >= 40 &&
        total + 14 <= frame.original
      ) {
        const linkHash = fold(fold(LINK_SEED, frame.interface), view.getInt32(start));
        segment.linkHash = fold(fold(linkHash, view.getInt32(start + 4)), view.getInt32(start + 8));
        segment.tunnel = 0;
        walk.tunnels = 0;
        segment.ipVersion = 4;
        segment.ecn = word & 3;
        segment.ipId = lengthAndId & 0xffff;
        segment.ttl = (fragmentAndProtocol >>> 8) & 0xff;
        segment.srcA = 0;
        segment.srcB = 0;
        segment.srcC = 0;
        segment.srcD = view.getInt32(start + 26);
        segment.dstA = 0;
        segment.dstB = 0;
        segment.dstC = 0;
        segment.dstD = view.getInt32(start + 30);
        const wireEnd = start + 14 + total;
        decodeTcp(bytes, view, start + 34, Math.min(wireEnd, start + captured), wireEnd, 0, segment);
        return TCP;
      }
    }

    walk.begin(frame);
    walk.segment = segment;
    this.found = false;
    return this.search(linkKey(frame.linkType), frame);
  }

  /** Decodes what comes next in the same frame; NOT_TCP where nothing does. */
  decodeMore(frame: Frame): number {
    if (!this.more) return NOT_TCP;
    return this.search(this.walk.resume(this.segment), frame);
  }

  /** Tunnels around the segment in hand, in words: `VLAN 12, VXLAN 5001`; null for none. */
  describeTunnel(): string | null {
    return describe(this.walk.tunnelKinds, this.walk.tunnelIds, this.walk.tunnels);
  }

  /** The same for any segment so far, by its `tunnel`; null for none, and for those beyond the first 65,536. */
  tunnelText(tunnel: number): string | null {
    return this.tunnelTexts.get(tunnel) ?? null;
  }

  /** Frames that hold the parts of the segment in hand, its own included; empty where it came in one. */
  get fragmentFrames(): readonly number[] {
    return this.segment.troubles & FROM_FRAGMENTS ? this.walk.fragments.joined : [];
  }

  /** Frames without TCP so far, by reason. */
  get skipped(): Map<string, Skipped> {
    const skipped = new Map<string, Skipped>();
    for (let i = 1; i < UNKNOWN_LINK; i++) {
      const frames = this.skippedFrames[i]!;
      if (frames > 0) skipped.set(REASONS[i]!, { frames, firstFrame: this.skippedFirst[i]! });
    }
    // These were counted as fragments when they came.
    const { givenUp, givenUpFirst } = this.walk.fragments;
    if (givenUp > 0) {
      const { frames, firstFrame } = skipped.get(REASONS[-IP_FRAGMENT]!)!;
      skipped.set(REASONS[-IP_FRAGMENT]!, { frames: frames - givenUp, firstFrame });
      skipped.set('IP fragment, given up for want of memory', { frames: givenUp, firstFrame: givenUpFirst });
    }
    for (const [linkType, { frames, firstFrame }] of this.unknownLinks) {
      skipped.set(`link type ${linkType}`, { frames, firstFrame });
    }
    return skipped;
  }

  /** Packet by packet, until one holds TCP. */
  private search(key: number, frame: Frame): number {
    const { walk } = this;
    let kind = this.follow(key, frame);
    while (kind === NOT_TCP && walk.left > 0) kind = this.follow(walk.resume(this.segment), frame);
    this.more = walk.left > 0;
    return kind;
  }

  /** From header to header by the table, until TCP or a stop. */
  private follow(key: number, frame: Frame): number {
    const { walk } = this;
    for (let depth = 0; depth < MAX_LAYERS; depth++) {
      if (key === IP_PROTOCOL + 6) return this.finish(frame);
      const layer = LAYERS.get(key);
      if (layer === undefined) return key < ETHERTYPE ? this.skipLink(key, frame) : this.skip(OTHER_PROTOCOL, frame);
      key = layer(walk);
      if (key < 0) return this.skip(key, frame);
    }
    return this.skip(TOO_DEEP, frame);
  }

  /** TCP is reached. */
  private finish(frame: Frame): number {
    const { walk } = this;
    const { segment } = walk;
    const least = walk.inIcmp ? QUOTE_LEAST : TCP_LEAST;
    if (!walk.has(least)) return this.skip(walk.missing(), frame);
    this.found = true;
    segment.linkHash = walk.linkHash;
    segment.tunnel = walk.tunnel;
    if (walk.tunnel !== this.lastTunnel) this.nameTunnel(walk.tunnel);
    const { bytes, view, at, end, wireEnd, icmp } = walk;
    // The datagram says that there was more of it than the frame had.
    const troubles = walk.datagramEnd > wireEnd ? walk.troubles | CUT_SHORT : walk.troubles;
    if (!walk.inIcmp) {
      decodeTcp(bytes, view, at, end, wireEnd, troubles, segment);
      return TCP;
    }
    decodeQuote(bytes, view, at, end, wireEnd, troubles, segment);
    icmp.quotesWholeHeader = end - at >= TCP_LEAST;
    icmp.frame = segment.frame = frame.number;
    icmp.seconds = segment.seconds = frame.seconds;
    icmp.nanos = segment.nanos = frame.nanos;
    segment.interface = frame.interface;
    return ICMP_ERROR;
  }

  private nameTunnel(tunnel: number): void {
    this.lastTunnel = tunnel;
    const text = this.tunnelTexts.size < MOST_TUNNELS && !this.tunnelTexts.has(tunnel) ? this.describeTunnel() : null;
    if (text !== null) this.tunnelTexts.set(tunnel, text);
  }

  private skip(reason: number, frame: Frame): number {
    // A frame counts once, and only if none of its packets holds TCP.
    if (this.found || this.walk.left > 0) return NOT_TCP;
    const index = -reason;
    if (this.skippedFrames[index]!++ === 0) this.skippedFirst[index] = frame.number;
    return NOT_TCP;
  }

  private skipLink(key: number, frame: Frame): number {
    if (this.found || this.walk.left > 0) return NOT_TCP;
    const linkType = key === UNREGISTERED ? frame.linkType : key - LINK;
    const count = this.unknownLinks.get(linkType);
    if (count) count.frames++;
    else this.unknownLinks.set(linkType, { frames: 1, firstFrame: frame.number });
    return NOT_TCP;
  }
}
