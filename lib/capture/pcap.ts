import { believable, type Frame } from './frame.ts';
import { Inbox } from './inbox.ts';
import { addProblem, emptyInfo, mostCaptured } from './info.ts';
import type { CaptureInfo, CaptureReader } from './reader.ts';

/** A kind of classic pcap file, told by its first four bytes in the byte order of the file. */
interface Variant {
  readonly magic: number;
  readonly format: string;
  readonly fileHeaderBytes: number;
  readonly recordHeaderBytes: number;
  readonly nanosPerUnit: number;
}

const VARIANTS: readonly Variant[] = [
  { magic: 0xa1b2c3d4, format: 'pcap', fileHeaderBytes: 24, recordHeaderBytes: 16, nanosPerUnit: 1000 },
  { magic: 0xa1b23c4d, format: 'pcap (nanoseconds)', fileHeaderBytes: 24, recordHeaderBytes: 16, nanosPerUnit: 1 },
  // Kuznetsov's patch to libpcap: interface index, protocol and packet type follow the lengths.
  { magic: 0xa1b2cd34, format: 'pcap (modified)', fileHeaderBytes: 24, recordHeaderBytes: 24, nanosPerUnit: 1000 },
  // Ixia's hardware and software captures: the total size of the records ends the file header.
  { magic: 0x1c0001ac, format: 'pcap (Ixia hardware)', fileHeaderBytes: 28, recordHeaderBytes: 16, nanosPerUnit: 1000 },
  { magic: 0x1c0001ab, format: 'pcap (Ixia software)', fileHeaderBytes: 28, recordHeaderBytes: 16, nanosPerUnit: 1000 },
];

/** How the two lengths of a record are to be taken: they were written in the other order up to version 2.2 (2.3 by some). */
const LENGTHS_RIGHT = 0;
const LENGTHS_SWAPPED = 1;
const LENGTHS_EITHER = 2;

/** DG/UX's tcpdump calls its version 543.0, and writes as 2.2 did. */
const DG_UX_MAJOR = 543;

/** AIX writes version 2.2, interface types of RFC 1573 for link types, and nanoseconds. */
const AIX_LINK_TYPES = new Map([
  [6, 1],
  [9, 6],
  [15, 10],
  [24, 0],
]);

/** The variant of these four bytes read in one byte order. */
function variantOf(magic: number): Variant | null {
  return VARIANTS.find((variant) => variant.magic === magic) ?? null;
}

/** These first four bytes (read as big-endian) open a classic pcap file. */
export function isPcap(magic: number): boolean {
  return variantOf(magic) !== null || variantOf(swap32(magic)) !== null;
}

function swap32(word: number): number {
  return ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24)) >>> 0;
}

/**
 * Classic pcap in its variants (draft-ietf-opsawg-pcap): a file header, then records back to back. There is nothing to
 * find the next record by but the length of this one, so a length that can't be true ends the reading.
 */
export class PcapReader implements CaptureReader {
  readonly info: CaptureInfo;
  private readonly inbox: Inbox;
  private littleEndian = false;
  private fileHeaderBytes = 24;
  private headerBytes = 16;
  private nanosPerUnit = 1000;
  private unitsPerSecond = 1_000_000;
  private lengths = LENGTHS_RIGHT;
  private linkType = 0;
  private flags = 0;
  private mostCaptured = 262_144;
  private number = 0;
  private opened = false;
  private finished = false;

  constructor(inbox = new Inbox(), info = emptyInfo()) {
    this.inbox = inbox;
    this.info = info;
  }

  /** What follows can't be read. */
  get full(): boolean {
    return this.finished;
  }

  write(chunk: Uint8Array): void {
    if (!this.finished) this.inbox.write(chunk);
  }

  next(frame: Frame): boolean {
    if (this.finished || (!this.opened && !this.open())) return false;
    const inbox = this.inbox;
    const headerBytes = this.headerBytes;
    if (!inbox.has(headerBytes)) return false;

    const littleEndian = this.littleEndian;
    const header = inbox.view;
    const at = inbox.position;
    const seconds = header.getUint32(at, littleEndian);
    const fraction = header.getUint32(at + 4, littleEndian);
    let captured = header.getUint32(at + 8, littleEndian);
    let original = header.getUint32(at + 12, littleEndian);
    if (this.lengths !== LENGTHS_RIGHT && (this.lengths === LENGTHS_SWAPPED || captured > original)) {
      const swapped = captured;
      captured = original;
      original = swapped;
    }
    if (captured > this.mostCaptured) return this.refuse(captured);
    if (!inbox.has(headerBytes + captured)) return false;

    const start = inbox.position + headerBytes;
    if (frame.bytes !== inbox.bytes) frame.bytes = inbox.bytes;
    frame.start = start;
    frame.captured = captured;
    frame.original = original;
    frame.number = ++this.number;
    if (fraction < this.unitsPerSecond) {
      frame.seconds = seconds;
      frame.nanos = fraction * this.nanosPerUnit;
    } else {
      frame.seconds = believable(seconds + Math.floor(fraction / this.unitsPerSecond));
      frame.nanos = (fraction % this.unitsPerSecond) * this.nanosPerUnit;
    }
    frame.linkType = this.linkType;
    frame.interface = 0;
    frame.flags = this.flags;
    frame.comments = null;
    frame.offset = inbox.base + start - headerBytes;
    inbox.position = start + captured;
    return true;
  }

  end(): void {
    if (this.finished) return;
    this.finished = true;
    const { available, offset } = this.inbox;
    if (available === 0 && this.opened) return;
    const part = !this.opened ? 'file header' : available < this.headerBytes ? 'record header' : 'packet';
    addProblem(this.info, 'truncated', offset, `cut short inside a ${part}: ${available} bytes are left`);
  }

  private open(): boolean {
    const inbox = this.inbox;
    if (!inbox.has(4)) return false;
    const magic = inbox.view.getUint32(inbox.position, false);
    this.littleEndian = variantOf(magic) === null;
    const variant = variantOf(this.littleEndian ? swap32(magic) : magic);
    if (variant === null) return this.stop(inbox.offset, 'not a pcap file');
    this.fileHeaderBytes = variant.fileHeaderBytes;
    if (!inbox.has(this.fileHeaderBytes)) return false;

    const { view, position } = inbox;
    const major = view.getUint16(position + 4, this.littleEndian);
    const minor = view.getUint16(position + 6, this.littleEndian);
    if (major < 2) return this.stop(inbox.offset + 4, `pcap version ${major}.${minor} is not known`);
    const snapLength = view.getUint32(position + 16, this.littleEndian);
    const network = view.getUint32(position + 20, this.littleEndian);
    this.info.format = variant.format;
    this.headerBytes = variant.recordHeaderBytes;
    this.nanosPerUnit = variant.nanosPerUnit;
    // The upper bits say whether frames end with a check sequence, and of how many 16-bit words (in pcapng: bytes).
    this.linkType = network & 0x03ffffff;
    this.flags = network & 0x04000000 ? (network >>> 28) << 6 : 0;
    if ((major === 2 && minor < 3) || major === DG_UX_MAJOR) this.lengths = LENGTHS_SWAPPED;
    if (major === 2 && minor === 3) this.lengths = LENGTHS_EITHER;
    const aixLinkType = AIX_LINK_TYPES.get(this.linkType);
    if (variant.magic === 0xa1b2c3d4 && major === 2 && minor === 2 && aixLinkType !== undefined) {
      this.info.format = 'pcap (AIX)';
      this.linkType = aixLinkType;
      this.nanosPerUnit = 1;
    }
    this.unitsPerSecond = 1e9 / this.nanosPerUnit;
    this.mostCaptured = mostCaptured(this.linkType);
    this.info.interfaces.push({ linkType: this.linkType, snapLength, name: null });
    inbox.position += this.fileHeaderBytes;
    this.opened = true;
    return true;
  }

  private refuse(captured: number): false {
    const reason = `record says ${captured} bytes were captured, at most ${this.mostCaptured} can be true`;
    return this.stop(this.inbox.offset, reason);
  }

  private stop(offset: number, reason: string): false {
    addProblem(this.info, 'damaged', offset, reason);
    this.finished = true;
    this.inbox.discard();
    return false;
  }
}
