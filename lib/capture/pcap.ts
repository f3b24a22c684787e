import { believable, type Frame } from './frame.ts';
import { Inbox } from './inbox.ts';
import { addProblem, emptyInfo, mostCaptured } from './info.ts';
import type { CaptureInfo, CaptureReader } from './reader.ts';

/**
 * A kind of classic pcap file: of those that begin with the same four bytes, in the byte order of the file, the one with
 * the shortest record header first, which is the usual one. Where that is right, a longer one may seem so.
 */
interface Variant {
  readonly magic: number;
  readonly format: string;
  readonly fileHeaderBytes: number;
  readonly recordHeaderBytes: number;
  readonly nanosPerUnit: number;
}

const VARIANTS: readonly Variant[] = [
  { magic: 0xa1b2c3d4, format: 'pcap', fileHeaderBytes: 24, recordHeaderBytes: 16, nanosPerUnit: 1000 },
  // Four bytes of Nokia's; the patch below, before it had a number of its own.
  { magic: 0xa1b2c3d4, format: 'pcap (Nokia)', fileHeaderBytes: 24, recordHeaderBytes: 20, nanosPerUnit: 1000 },
  { magic: 0xa1b2c3d4, format: 'pcap (Red Hat 6.1)', fileHeaderBytes: 24, recordHeaderBytes: 24, nanosPerUnit: 1000 },
  { magic: 0xa1b23c4d, format: 'pcap (nanoseconds)', fileHeaderBytes: 24, recordHeaderBytes: 16, nanosPerUnit: 1 },
  // Kuznetsov's patch to libpcap: interface index, protocol and packet type follow the lengths; once also processors.
  { magic: 0xa1b2cd34, format: 'pcap (modified)', fileHeaderBytes: 24, recordHeaderBytes: 24, nanosPerUnit: 1000 },
  { magic: 0xa1b2cd34, format: 'pcap (SuSE 6.3)', fileHeaderBytes: 24, recordHeaderBytes: 28, nanosPerUnit: 1000 },
  // Ixia's hardware and software captures: the total size of the records ends the file header.
  { magic: 0x1c0001ac, format: 'pcap (Ixia hardware)', fileHeaderBytes: 28, recordHeaderBytes: 16, nanosPerUnit: 1000 },
  { magic: 0x1c0001ab, format: 'pcap (Ixia software)', fileHeaderBytes: 28, recordHeaderBytes: 16, nanosPerUnit: 1000 },
];

/** What all record headers begin with: time, and two lengths. */
const COMMON_HEADER = 16;
const DAY_SECONDS = 86_400;

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

/** The variants of these four bytes read in one byte order. */
function variantsOf(magic: number): readonly Variant[] {
  return VARIANTS.filter((variant) => variant.magic === magic);
}

/** These first four bytes (read as big-endian) open a classic pcap file. */
export function isPcap(magic: number): boolean {
  return variantsOf(magic).length + variantsOf(swap32(magic)).length > 0;
}

function swap32(word: number): number {
  return ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24)) >>> 0;
}

/**
 * Classic pcap in its variants (draft-ietf-opsawg-pcap): a file header, then records back to back. There is nothing to
 * find the next record by but the length of this one, so a length that can't be true ends the reading. Which of several
 * variants it is shows where the second record begins: until that has come, the first waits.
 */
export class PcapReader implements CaptureReader {
  readonly info: CaptureInfo;
  private readonly inbox: Inbox;
  private littleEndian = false;
  private variants: readonly Variant[] = [];
  private headerBytes = 16;
  private nanosPerUnit = 1000;
  private unitsPerSecond = 1_000_000;
  private lengths = LENGTHS_RIGHT;
  private linkType = 0;
  private flags = 0;
  private mostCaptured = 262_144;
  private number = 0;
  private opened = false;
  /** It is known how long record headers are. */
  private settled = false;
  /** No more bytes will come. */
  private ended = false;
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
    if (this.finished || (!this.settled && !this.settle())) return false;
    const inbox = this.inbox;
    const headerBytes = this.headerBytes;
    if (!inbox.has(headerBytes)) return this.wait();

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
    if (!inbox.has(headerBytes + captured)) return this.wait();

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
    if (this.finished || this.ended) return;
    this.ended = true;
    if (this.settled || !this.settle()) this.finish();
  }

  /** For more bytes, if any will come. */
  private wait(): false {
    if (this.ended) this.finish();
    return false;
  }

  private finish(): void {
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
    this.littleEndian = variantsOf(magic).length === 0;
    this.variants = variantsOf(this.littleEndian ? swap32(magic) : magic);
    const [variant] = this.variants;
    if (variant === undefined) return this.stop(inbox.offset, 'not a pcap file');
    if (!inbox.has(variant.fileHeaderBytes)) return false;

    const { view, position } = inbox;
    const major = view.getUint16(position + 4, this.littleEndian);
    const minor = view.getUint16(position + 6, this.littleEndian);
    if (major < 2) return this.stop(inbox.offset + 4, `pcap version ${major}.${minor} is not known`);
    const snapLength = view.getUint32(position + 16, this.littleEndian);
    const network = view.getUint32(position + 20, this.littleEndian);
    this.info.format = variant.format;
    this.nanosPerUnit = variant.nanosPerUnit;
    // The upper bits say whether frames end with a check sequence, and of how many 16-bit words (in pcapng: bytes).
    this.linkType = network & 0x03ffffff;
    this.flags = network & 0x04000000 ? (network >>> 28) << 6 : 0;
    if ((major === 2 && minor < 3) || major === DG_UX_MAJOR) this.lengths = LENGTHS_SWAPPED;
    if (major === 2 && minor === 3) this.lengths = LENGTHS_EITHER;
    const aixLinkType = AIX_LINK_TYPES.get(this.linkType);
    if (variant.magic === 0xa1b2c3d4 && major === 2 && minor === 2 && aixLinkType !== undefined) {
      this.info.format = 'pcap (AIX)';
      this.variants = [variant];
      this.linkType = aixLinkType;
      this.nanosPerUnit = 1;
    }
    this.unitsPerSecond = 1e9 / this.nanosPerUnit;
    this.mostCaptured = mostCaptured(this.linkType);
    this.info.interfaces.push({ linkType: this.linkType, snapLength, name: null });
    inbox.position += variant.fileHeaderBytes;
    this.opened = true;
    return true;
  }

  /** Finds out how long record headers are, with the first two records. */
  private settle(): boolean {
    if (!this.opened && !this.open()) return false;
    const { inbox, variants } = this;
    let [variant] = variants as [Variant];
    if (variants.length > 1) {
      if (!inbox.has(COMMON_HEADER)) return this.wait();
      const { captured } = this.lengthsAt(inbox.position);
      if (captured <= this.mostCaptured) {
        const longest = variants.at(-1)!.recordHeaderBytes;
        if (!inbox.has(longest + captured + COMMON_HEADER) && !this.ended) return false;
        const second = ({ recordHeaderBytes }: Variant) => inbox.position + recordHeaderBytes + captured;
        if (!this.mayBeRecord(second(variant))) {
          variant = variants.find((other) => this.mustBeRecord(second(other))) ?? variant;
        }
      }
      this.info.format = variant.format;
    }
    this.headerBytes = variant.recordHeaderBytes;
    this.settled = true;
    return true;
  }

  private lengthsAt(at: number): { readonly captured: number; readonly original: number } {
    const [first, second] = [8, 12].map((offset) => this.inbox.view.getUint32(at + offset, this.littleEndian));
    const inOrder = this.lengths === LENGTHS_RIGHT || (this.lengths === LENGTHS_EITHER && first! <= second!);
    return inOrder ? { captured: first!, original: second! } : { captured: second!, original: first! };
  }

  /** A record header stands there whose fields can be true. */
  private mayBeRecord(at: number): boolean {
    const { inbox, littleEndian } = this;
    if (at + COMMON_HEADER > inbox.limit) return false;
    const fraction = inbox.view.getUint32(at + 4, littleEndian);
    return fraction < this.unitsPerSecond && this.lengthsAt(at).captured <= this.mostCaptured;
  }

  /** And not by chance: it holds something, and its time is near that of the first. */
  private mustBeRecord(at: number): boolean {
    if (!this.mayBeRecord(at)) return false;
    const { inbox, littleEndian } = this;
    const { captured, original } = this.lengthsAt(at);
    const [before, seconds] = [inbox.position, at].map((record) => inbox.view.getUint32(record, littleEndian));
    return captured > 0 && captured <= original && Math.abs(seconds! - before!) < DAY_SECONDS;
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
