import type { Sink } from '../sink.ts';
import { DamageError, Unpacker } from '../unpacker.ts';
import { MARGIN_BYTES } from './bits.ts';
import { Literals } from './literals.ts';
import { Sequences } from './sequences.ts';

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const MOST_BLOCK_BYTES = 128 * 1024;

/** What the reference decoder gives without being asked for more (`zstd --long` without a number needs all of it). */
const MOST_WINDOW_BYTES = 128 * 1024 * 1024;

/** Room beyond the window: the more, the seldomer the window is moved to the beginning. */
const LEAST_SLACK_BYTES = 1024 * 1024;

/** What can be expected next. */
const MAGIC = 0;
const HEADER = 1;
const BLOCK = 2;
const CHECKSUM = 3;
const SKIPPED = 4;

const RAW = 0;
const RLE = 1;
const COMPRESSED = 2;

/**
 * Zstandard (RFC 8878), frames in a row and skippable ones included. A block at a time; memory grows with what was
 * unpacked, up to one and a half times the window. Content checksums are passed over: their 64-bit arithmetic would cost
 * more than the unpacking. Dictionaries are not known.
 */
export class ZstdUnpacker extends Unpacker {
  private expected = MAGIC;
  private skipping = 0;
  private checksummed = false;
  private windowBytes = 0;
  private mostBlockBytes = 0;
  private literals = new Literals(MOST_BLOCK_BYTES);
  private sequences = new Sequences();
  /** The compressed block, with room around it to look into. */
  private readonly block = new Uint8Array(MOST_BLOCK_BYTES + 2 * MARGIN_BYTES);
  private readonly blockView = new DataView(this.block.buffer);
  /** What has been unpacked of the frame, from some point at least a window ago; `filled` bytes of it. */
  private output = new Uint8Array(0);
  private filled = 0;

  constructor(sink: Sink) {
    super('zstd', sink);
  }

  protected override atBoundary(): boolean {
    return this.expected === MAGIC && this.inbox.available === 0;
  }

  protected override step(): boolean {
    switch (this.expected) {
      case MAGIC:
        return this.readMagic();
      case HEADER:
        return this.readHeader();
      case BLOCK:
        return this.readBlock();
      case CHECKSUM:
        return this.readChecksum();
      default:
        return this.skip();
    }
  }

  private readMagic(): boolean {
    const { inbox } = this;
    if (!inbox.has(4)) return false;
    const magic = inbox.view.getUint32(inbox.position, true);
    if (magic === FRAME_MAGIC) this.expected = HEADER;
    else if ((magic & ~15) === SKIPPABLE_MAGIC) {
      if (!inbox.has(8)) return false;
      this.skipping = inbox.view.getUint32(inbox.position + 4, true);
      inbox.position += 4;
      this.expected = SKIPPED;
    } else throw new DamageError('no frame begins where one should');
    inbox.position += 4;
    return true;
  }

  /** RFC 8878 3.1.1.1 */
  private readHeader(): boolean {
    const { inbox } = this;
    if (!inbox.has(1)) return false;
    const flags = inbox.bytes[inbox.position]!;
    const single = (flags & 0x20) !== 0;
    const dictionaryBytes = [0, 1, 2, 4][flags & 3]!;
    const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6]!;
    const headerBytes = 1 + (single ? 0 : 1) + dictionaryBytes + sizeBytes;
    if (!inbox.has(headerBytes)) return false;
    if (flags & 8) throw new DamageError('frame header with a reserved bit');
    const { view } = inbox;
    const afterFlags = inbox.position + 1;
    const dictionary = afterFlags + (single ? 0 : 1);
    for (let i = 0; i < dictionaryBytes; i++) {
      if (view.getUint8(dictionary + i) !== 0) throw new DamageError('it needs a dictionary');
    }
    const size = dictionary + dictionaryBytes;
    this.windowBytes = single ? contentBytes(view, size, sizeBytes) : windowBytes(view.getUint8(afterFlags));
    if (this.windowBytes > MOST_WINDOW_BYTES) {
      throw new DamageError(`it needs a window of ${this.windowBytes} bytes, at most ${MOST_WINDOW_BYTES} are given`);
    }
    this.mostBlockBytes = Math.min(this.windowBytes, MOST_BLOCK_BYTES);
    this.checksummed = (flags & 4) !== 0;
    this.literals = new Literals(MOST_BLOCK_BYTES);
    this.sequences = new Sequences();
    this.filled = 0;
    inbox.position += headerBytes;
    this.expected = BLOCK;
    return true;
  }

  /** RFC 8878 3.1.1.2 */
  private readBlock(): boolean {
    const { inbox } = this;
    if (!inbox.has(3)) return false;
    const { bytes, position } = inbox;
    const header = bytes[position]! | (bytes[position + 1]! << 8) | (bytes[position + 2]! << 16);
    const type = (header >> 1) & 3;
    const length = header >> 3;
    const held = type === RLE ? 1 : length;
    if (length > this.mostBlockBytes) throw new DamageError(`block of ${length} bytes, more than its frame allows`);
    if (!inbox.has(3 + held)) return false;
    const from = inbox.position + 3;
    const body = inbox.bytes.subarray(from, from + held);
    this.makeRoom();
    const begin = this.filled;
    if (type === COMPRESSED) this.filled = this.unpack(body);
    else if (type === RAW || type === RLE) {
      if (type === RAW) this.output.set(body, begin);
      else this.output.fill(body[0]!, begin, begin + length);
      this.filled += length;
    } else throw new DamageError('block of an unknown type');
    inbox.position += 3 + held;
    if (header & 1) this.expected = this.checksummed ? CHECKSUM : MAGIC;
    this.emit(this.output.subarray(begin, this.filled));
    return true;
  }

  private unpack(body: Uint8Array): number {
    const { block, blockView, literals, output, filled } = this;
    block.set(body, MARGIN_BYTES);
    const end = MARGIN_BYTES + body.length;
    block.fill(0, end, end + MARGIN_BYTES);
    const sequences = literals.read(blockView, MARGIN_BYTES, end);
    const limit = filled + this.mostBlockBytes;
    return this.sequences.run(blockView, sequences, end, literals, output, filled, limit);
  }

  /** Makes room for a block: by more memory as long as the window is not full, then by moving the window. */
  private makeRoom(): void {
    const needed = this.filled + this.mostBlockBytes;
    if (needed <= this.output.length) return;
    const most = this.windowBytes + this.mostBlockBytes + Math.max(this.windowBytes >> 1, LEAST_SLACK_BYTES);
    if (needed <= most) {
      const larger = new Uint8Array(Math.min(most, Math.max(needed, 2 * this.output.length)));
      larger.set(this.output.subarray(0, this.filled));
      this.output = larger;
    } else {
      const kept = Math.min(this.windowBytes, this.filled);
      this.output.copyWithin(0, this.filled - kept, this.filled);
      this.filled = kept;
    }
  }

  private readChecksum(): boolean {
    if (!this.inbox.has(4)) return false;
    this.inbox.position += 4;
    this.expected = MAGIC;
    return true;
  }

  private skip(): boolean {
    this.skipping -= this.inbox.skip(this.skipping);
    if (this.skipping > 0) return this.inbox.has(1);
    this.expected = MAGIC;
    return true;
  }
}

function windowBytes(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentBytes(view: DataView, at: number, sizeBytes: number): number {
  if (sizeBytes === 1) return view.getUint8(at);
  if (sizeBytes === 2) return view.getUint16(at, true) + 256;
  if (sizeBytes === 4) return view.getUint32(at, true);
  return Number(view.getBigUint64(at, true));
}
