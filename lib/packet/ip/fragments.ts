import { IP_FRAGMENT, MALFORMED } from '../keys.ts';
import { FRAGMENTS_OVERLAPPED, FROM_FRAGMENTS } from '../segment.ts';
import type { Walk } from '../walk.ts';

/** How long the rest of a datagram is waited for (RFC 8200 4.5), and how much of unfinished ones is kept at once. */
const WAIT_SECONDS = 60;
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_DATAGRAMS = 4096;
/** An IP datagram is no longer than this, and holds no more fragments of 8 bytes. */
const MOST_DATAGRAM_BYTES = 65535;
const MOST_PARTS = 8192;
/** Bytes of one datagram, overlaps included. */
const MOST_HELD = 4 * MOST_DATAGRAM_BYTES;
/** What a fragment costs besides its bytes: so that empty ones are not free. */
const PART_COST = 256;

interface Part {
  readonly frame: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

class Datagram {
  /** Ordered by offset; of equal offsets, the first to come stands first. */
  readonly parts: Part[] = [];
  readonly seconds: number;
  readonly firstFrame: number;
  frames = 0;
  cost = 0;
  /** Sum of the parts' lengths. */
  held = 0;
  /** Known once the last fragment came, -1 before. */
  length = -1;
  /** What the first fragment says that the datagram carries: a key. */
  next = 0;
  overlapped = false;

  constructor(seconds: number, firstFrame: number) {
    this.seconds = seconds;
    this.firstFrame = firstFrame;
  }
}

/** IP datagrams whose fragments have not all come. Bounded: the oldest are given up first, and counted. */
export class Fragments {
  private readonly datagrams = new Map<string, Datagram>();
  private cost = 0;
  /** Frames whose fragments were given up for want of memory, and the first of them. */
  givenUp = 0;
  givenUpFirst = 0;
  /** Frames that held the parts of the datagram put together last, by their place in it. */
  joined: readonly number[] = [];

  /**
   * Takes the fragment that `walk` stands at, `length` bytes from `offset` of the datagram called `id`, which carries
   * `next` (a key) if this fragment is the first. When none is missing, `walk` goes on in the whole datagram.
   */
  add(walk: Walk, id: number, next: number, offset: number, length: number, more: boolean): number {
    // A fragment cut short, or quoted by ICMP, can't be put together; but the first holds the header.
    if (walk.inIcmp || walk.end - walk.at < length) return offset === 0 ? next : IP_FRAGMENT;
    if (offset + length > MOST_DATAGRAM_BYTES || length === 0) return MALFORMED;
    const { segment } = walk;
    const key = keyOf(walk, id, segment.ipVersion === 4 ? next : -1);
    const datagram = this.find(key, segment.seconds, segment.frame);
    datagram.frames++;
    if (offset === 0) datagram.next = next;
    if (!more && (datagram.length < 0 || offset + length < datagram.length)) datagram.length = offset + length;
    if (insert(datagram, { frame: segment.frame, offset, bytes: walk.bytes.slice(walk.at, walk.at + length) })) {
      datagram.cost += length + PART_COST;
      this.cost += length + PART_COST;
    }

    if (datagram.length >= 0 && datagram.held >= datagram.length && datagram.parts[0]!.offset === 0) {
      const whole = join(datagram);
      if (whole !== null) {
        this.drop(key, datagram);
        this.joined = datagram.parts.map(({ frame }) => frame);
        walk.read(whole);
        walk.at = 0;
        walk.end = walk.wireEnd = walk.datagramEnd = whole.length;
        walk.troubles |= datagram.overlapped ? FROM_FRAGMENTS | FRAGMENTS_OVERLAPPED : FROM_FRAGMENTS;
        return datagram.next;
      }
    }
    if (datagram.parts.length >= MOST_PARTS || datagram.held > MOST_HELD) this.giveUp(key, datagram);
    this.makeRoom(segment.seconds);
    return IP_FRAGMENT;
  }

  private find(key: string, seconds: number, frame: number): Datagram {
    const known = this.datagrams.get(key);
    if (known !== undefined) {
      if (seconds - known.seconds <= WAIT_SECONDS) return known;
      this.drop(key, known);
    }
    const datagram = new Datagram(seconds, frame);
    this.datagrams.set(key, datagram);
    return datagram;
  }

  /** Forgets what has waited too long, and the oldest while there is too much. A Map keeps the order of insertion. */
  private makeRoom(seconds: number): void {
    for (const [key, datagram] of this.datagrams) {
      if (seconds - datagram.seconds > WAIT_SECONDS) this.drop(key, datagram);
      else if (this.datagrams.size > MOST_DATAGRAMS || this.cost > MOST_BYTES) this.giveUp(key, datagram);
      else return;
    }
  }

  private drop(key: string, datagram: Datagram): void {
    this.cost -= datagram.cost;
    this.datagrams.delete(key);
  }

  private giveUp(key: string, datagram: Datagram): void {
    if (this.givenUp === 0) this.givenUpFirst = datagram.firstFrame;
    this.givenUp += datagram.frames;
    this.drop(key, datagram);
  }
}

/** A datagram is known by its addresses, identification, and in IPv4 protocol (RFC 791 3.2), within one tunnel. */
function keyOf(walk: Walk, id: number, next: number): string {
  const { srcA, srcB, srcC, srcD, dstA, dstB, dstC, dstD } = walk.segment;
  return `${walk.tunnel} ${next} ${id} ${srcA} ${srcB} ${srcC} ${srcD} ${dstA} ${dstB} ${dstC} ${dstD}`;
}

/** Puts a part in its place; false if it repeats one that is there. */
function insert(datagram: Datagram, part: Part): boolean {
  const { parts } = datagram;
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (parts[middle]!.offset <= part.offset) low = middle + 1;
    else high = middle;
  }
  const before = parts[low - 1];
  const after = parts[low];
  if (before !== undefined && before.offset === part.offset && equal(before.bytes, part.bytes)) return false;
  const end = part.offset + part.bytes.length;
  if (before !== undefined && before.offset + before.bytes.length > part.offset) datagram.overlapped = true;
  if (after !== undefined && end > after.offset) datagram.overlapped = true;
  parts.splice(low, 0, part);
  datagram.held += part.bytes.length;
  return true;
}

/** The whole datagram, or null while there is a gap. Where parts overlap, the one that begins first counts. */
function join({ parts, length }: Datagram): Uint8Array | null {
  let reached = 0;
  for (const { offset, bytes } of parts) {
    if (offset > reached) break;
    reached = Math.max(reached, offset + bytes.length);
  }
  if (reached < length) return null;
  const whole = new Uint8Array(length);
  reached = 0;
  for (const { offset, bytes } of parts) {
    if (reached >= length) break;
    if (offset + bytes.length <= reached) continue;
    whole.set(bytes.subarray(reached - offset, length - offset), reached);
    reached = offset + bytes.length;
  }
  return whole;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
