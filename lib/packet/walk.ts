import type { Frame } from '../capture/frame.ts';
import { IcmpError } from './icmp-error.ts';
import { Fragments } from './ip/fragments.ts';
import { CUT_BEFORE_TCP, MALFORMED } from './keys.ts';
import type { Segment } from './segment.ts';

/**
 * The way through one frame, from the link to TCP: a cursor that layers move. A layer reads its header at `at`, moves
 * `at` past it, and returns what follows: a key or a stop (keys.ts).
 *
 * **No layer reads at or beyond `end`**: `has(n)` comes before every read.
 */
export type Layer = (walk: Walk) => number;

const MAX_TUNNELS = 16;
/** No frame is longer, whatever its record says: lengths stay int32. */
const MOST_FRAME_BYTES = 0x3fffffff;
/** Where the fold of the link's identity begins, so that an all-zero link is not 0. */
export const LINK_SEED = 0x7463706c;

const EMPTY = new Uint8Array(0);

/** Most packets that are waited for at once, one within another: more is not a network. */
const MOST_REST = 8;

/** Where a frame goes on behind a packet, and what was known there. */
class Rest {
  key = 0;
  bytes: Uint8Array = EMPTY;
  at = 0;
  end = 0;
  wireEnd = 0;
  troubles = 0;
  linkHash = 0;
  tunnel = 0;
  tunnels = 0;
}

export class Walk {
  bytes: Uint8Array = EMPTY;
  view: DataView = new DataView(EMPTY.buffer);
  /** Where the next header begins. */
  at = 0;
  /** End of what the capture holds of the present layer's payload. */
  end = 0;
  /** End that it had on the wire: beyond `end` where the capture is cut short. */
  wireEnd = 0;
  /** End of the present IP datagram by its own word. */
  datagramEnd = 0;

  /** The segment that headers are written to: the decoder's, or the quote of an ICMP error. */
  segment: Segment;
  readonly icmp: IcmpError = new IcmpError();
  inIcmp = false;
  readonly fragments: Fragments = new Fragments();
  /** Troubles met on the way, for `segment.troubles`. */
  troubles = 0;

  /** Fold of the link-layer identity. */
  linkHash = 0;
  /** Tunnels entered: kind and id by depth, outermost first, and their fold. */
  tunnel = 0;
  tunnels = 0;
  readonly tunnelKinds: Int32Array = new Int32Array(MAX_TUNNELS);
  readonly tunnelIds: Int32Array = new Int32Array(MAX_TUNNELS);

  /** How many packets of the frame are still to be walked to, and where: the last of `rests` that count comes first. */
  left = 0;
  private readonly rests: Rest[] = [];
  /** The protocol of the last of packets that PPP multiplexes: a key, or a stop. */
  multiplexed = 0;

  constructor(segment: Segment) {
    this.segment = segment;
  }

  /** Makes `bytes` the buffer that is read. */
  read(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Stands before the first header of a frame, whose bytes are being read, with nothing known of it. */
  begin(frame: Frame): void {
    const { start, captured } = frame;
    this.at = start;
    this.end = start + captured;
    this.wireEnd = start + Math.max(captured, Math.min(frame.original, MOST_FRAME_BYTES));
    this.inIcmp = false;
    this.troubles = 0;
    this.linkHash = fold(LINK_SEED, frame.interface);
    this.tunnel = 0;
    this.tunnels = 0;
    this.left = 0;
  }

  /** Another packet of this frame stands at `at`, behind the one that is being walked into: `key` says who reads it. */
  leave(key: number, at: number): void {
    // A quote is of one packet.
    if (at >= this.end || this.left === MOST_REST || this.inIcmp) return;
    if (this.left === this.rests.length) this.rests.push(new Rest());
    const rest = this.rests[this.left++]!;
    rest.key = key;
    rest.bytes = this.bytes;
    rest.at = at;
    rest.end = this.end;
    rest.wireEnd = this.wireEnd;
    rest.troubles = this.troubles;
    rest.linkHash = this.linkHash;
    rest.tunnel = this.tunnel;
    rest.tunnels = this.tunnels;
  }

  /** Goes back to where a packet was left, of which there must be one (`left`), to be written to `segment`; its key. */
  resume(segment: Segment): number {
    const rest = this.rests[--this.left]!;
    if (this.bytes !== rest.bytes) this.read(rest.bytes);
    this.at = rest.at;
    this.end = rest.end;
    this.wireEnd = rest.wireEnd;
    this.segment = segment;
    this.inIcmp = false;
    this.troubles = rest.troubles;
    this.linkHash = rest.linkHash;
    this.tunnel = rest.tunnel;
    this.tunnels = rest.tunnels;
    return rest.key;
  }

  /** The next `count` bytes are there. */
  has(count: number): boolean {
    return this.end - this.at >= count;
  }

  /** Why a header that is not whole is not: the capture was cut, or the packet is wrong. */
  missing(): number {
    return this.end < this.wireEnd ? CUT_BEFORE_TCP : MALFORMED;
  }

  /** A header says that what follows is `length` bytes long; never more than there were on the wire. */
  limit(length: number): void {
    const end = this.at + length;
    if (end < this.wireEnd) this.wireEnd = end;
    if (end < this.end) this.end = end;
  }

  u8(offset: number): number {
    return this.bytes[this.at + offset]!;
  }

  u16(offset: number): number {
    return this.view.getUint16(this.at + offset);
  }

  i32(offset: number): number {
    return this.view.getInt32(this.at + offset);
  }

  /** Folds something of the link layer into the segment's `linkHash`. */
  link(value: number): void {
    this.linkHash = fold(this.linkHash, value);
  }

  /** Goes into a tunnel, which `id` tells from others of its kind (0 where it has none). */
  enter(kind: number, id: number): void {
    // Never 0, which says that there is none.
    this.tunnel = fold(fold(this.tunnel, kind), id) || 1;
    if (this.tunnels === MAX_TUNNELS) return;
    this.tunnelKinds[this.tunnels] = kind;
    this.tunnelIds[this.tunnels] = id;
    this.tunnels++;
  }

  /** Goes into a tunnel between the addresses of the IP header above: they tell it apart too, in either direction. */
  enterOverIp(kind: number, id: number): void {
    const { srcA, srcB, srcC, srcD, dstA, dstB, dstC, dstD } = this.segment;
    this.enter(kind, id);
    this.tunnel = fold(this.tunnel, srcA ^ dstA ^ srcB ^ dstB ^ srcC ^ dstC ^ srcD ^ dstD) || 1;
  }
}

/** Folds `value` into `hash`. */
export function fold(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1 | 0);
  return mixed ^ (mixed >>> 15);
}
