import type { Sink } from './sink.ts';
import { DamageError, Unpacker } from './unpacker.ts';
import { Xxh32, xxh32 } from './xxh32.ts';

const FRAME_MAGIC = 0x184d2204;
const LEGACY_MAGIC = 0x184c2102;
const SKIPPABLE_MAGIC = 0x184d2a50;

/** How far back a match may reach: what is kept of a block for the next. */
const WINDOW_BYTES = 64 * 1024;
const LEGACY_BLOCK_BYTES = 8 * 1024 * 1024;

/** What can be expected next. */
const MAGIC = 0;
const HEADER = 1;
const BLOCK = 2;
const LEGACY_BLOCK = 3;
const CONTENT_CHECKSUM = 4;
const SKIPPED = 5;

/**
 * LZ4 frames (LZ4 Frame Format Description 1.6), several in a row, skippable and legacy ones included. A block at a
 * time: memory is a block (at most 8 MiB) and the window before it, made when the first block has arrived.
 */
export class Lz4Unpacker extends Unpacker {
  private expected = MAGIC;
  private blockBytes = 0;
  private independent = false;
  private blockChecksums = false;
  private hash: Xxh32 | null = null;
  private skipping = 0;
  /** The window, then room for a block. */
  private output = new Uint8Array(0);
  private windowBytes = 0;

  constructor(sink: Sink) {
    super('lz4', sink);
  }

  protected override atBoundary(): boolean {
    return (this.expected === MAGIC || this.expected === LEGACY_BLOCK) && this.inbox.available === 0;
  }

  protected override step(): boolean {
    switch (this.expected) {
      case MAGIC:
        return this.readMagic();
      case HEADER:
        return this.readHeader();
      case BLOCK:
        return this.readBlock();
      case LEGACY_BLOCK:
        return this.readLegacyBlock();
      case CONTENT_CHECKSUM:
        return this.readContentChecksum();
      default:
        return this.skip();
    }
  }

  /** Blocks are up to 8 MiB: of one that was cut, the sequences before the cut are good. */
  protected override salvage(): void {
    const { bytes, position, limit } = this.inbox;
    if ((this.expected !== BLOCK && this.expected !== LEGACY_BLOCK) || limit - position < 4) return;
    const stored = this.expected === BLOCK && bytes[position + 3]! >= 0x80;
    try {
      this.unpack(bytes.subarray(position + 4, limit), stored);
    } catch (error) {
      if (!(error instanceof BlockDamage)) throw error;
      this.emit(this.output.subarray(this.windowBytes, error.reached));
    }
  }

  private readMagic(): boolean {
    const { inbox } = this;
    if (!inbox.has(4)) return false;
    const magic = inbox.view.getUint32(inbox.position, true);
    if (magic === FRAME_MAGIC) this.expected = HEADER;
    else if (magic === LEGACY_MAGIC) this.beginLegacy();
    else if ((magic & ~15) === SKIPPABLE_MAGIC) {
      if (!inbox.has(8)) return false;
      this.skipping = inbox.view.getUint32(inbox.position + 4, true);
      inbox.position += 4;
      this.expected = SKIPPED;
    } else throw new DamageError('no frame begins where one should');
    inbox.position += 4;
    return true;
  }

  private beginLegacy(): void {
    this.expected = LEGACY_BLOCK;
    this.blockBytes = LEGACY_BLOCK_BYTES;
    this.independent = true;
    this.windowBytes = 0;
    this.hash = null;
  }

  private readHeader(): boolean {
    const { inbox } = this;
    if (!inbox.has(3)) return false;
    const flags = inbox.bytes[inbox.position]!;
    const headerBytes = 2 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);
    if (!inbox.has(headerBytes + 1)) return false;
    const { bytes, position } = inbox;
    const header = bytes.subarray(position, position + headerBytes);
    if (flags >> 6 !== 1) throw new DamageError(`frame version ${flags >> 6} is not known`);
    if (((xxh32(header) >>> 8) & 0xff) !== bytes[position + headerBytes])
      throw new DamageError('frame header checksum');
    if (flags & 0x01) throw new DamageError('it needs a dictionary');
    const size = (header[1]! >> 4) & 7;
    if (size < 4) throw new DamageError(`block size ${size} is not known`);
    this.blockBytes = 1 << (2 * size + 8);
    this.independent = (flags & 0x20) !== 0;
    this.blockChecksums = (flags & 0x10) !== 0;
    this.hash = flags & 0x04 ? new Xxh32() : null;
    this.windowBytes = 0;
    inbox.position += headerBytes + 1;
    this.expected = BLOCK;
    return true;
  }

  private readBlock(): boolean {
    const { inbox } = this;
    if (!inbox.has(4)) return false;
    const word = inbox.view.getUint32(inbox.position, true);
    if (word === 0) {
      inbox.position += 4;
      this.expected = this.hash === null ? MAGIC : CONTENT_CHECKSUM;
      return true;
    }
    const length = word & 0x7fffffff;
    const checksumBytes = this.blockChecksums ? 4 : 0;
    if (length > this.blockBytes) throw new DamageError(`block of ${length} bytes, more than its frame allows`);
    if (!inbox.has(4 + length + checksumBytes)) return false;
    const from = inbox.position + 4;
    const block = inbox.bytes.subarray(from, from + length);
    if (this.blockChecksums && inbox.view.getUint32(from + length, true) !== xxh32(block)) {
      throw new DamageError('block checksum');
    }
    this.unpack(block, word >>> 31 === 1);
    inbox.position += 4 + length + checksumBytes;
    return true;
  }

  /** Legacy frames have no end mark: a length that is none is the magic of the next frame. */
  private readLegacyBlock(): boolean {
    const { inbox } = this;
    if (!inbox.has(4)) return false;
    const length = inbox.view.getUint32(inbox.position, true);
    if (length > LEGACY_BLOCK_BYTES + LEGACY_BLOCK_BYTES / 255 + 16) {
      this.expected = MAGIC;
      return true;
    }
    if (!inbox.has(4 + length)) return false;
    const from = inbox.position + 4;
    this.unpack(inbox.bytes.subarray(from, from + length), false);
    inbox.position += 4 + length;
    return true;
  }

  private readContentChecksum(): boolean {
    const { inbox } = this;
    if (!inbox.has(4)) return false;
    if (inbox.view.getUint32(inbox.position, true) !== this.hash!.digest()) throw new DamageError('content checksum');
    inbox.position += 4;
    this.expected = MAGIC;
    return true;
  }

  private skip(): boolean {
    this.skipping -= this.inbox.skip(this.skipping);
    if (this.skipping > 0) return this.inbox.has(1);
    this.expected = MAGIC;
    return true;
  }

  private unpack(block: Uint8Array, stored: boolean): void {
    const room = WINDOW_BYTES + this.blockBytes;
    if (this.output.length < room) {
      const larger = new Uint8Array(room);
      larger.set(this.output.subarray(0, this.windowBytes));
      this.output = larger;
    }
    const start = this.windowBytes;
    let end = start + block.length;
    if (stored) this.output.set(block, start);
    else end = unpackBlock(block, this.output, start, start + this.blockBytes);
    const content = this.output.subarray(start, end);
    this.hash?.update(content);
    this.emit(content);
    if (this.independent) return;
    const kept = Math.min(WINDOW_BYTES, end);
    this.output.copyWithin(0, end - kept, end);
    this.windowBytes = kept;
  }
}

/** Damage inside a block, and how far its output is good. */
class BlockDamage extends DamageError {
  readonly reached: number;

  constructor(reason: string, reached: number) {
    super(reason);
    this.reached = reached;
  }
}

/** LZ4 Block Format: sequences of literals and a match. Writes from `start`, at most to `limit`; where it ended. */
function unpackBlock(block: Uint8Array, output: Uint8Array, start: number, limit: number): number {
  const end = block.length;
  let from = 0;
  let to = start;
  while (from < end) {
    const token = block[from++]!;
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && from < end) {
        more = block[from++]!;
        literals += more;
      }
    }
    if (literals > end - from || literals > limit - to) throw new BlockDamage('literals beyond their block', to);
    if (literals > 32) output.set(block.subarray(from, from + literals), to);
    else for (let i = 0; i < literals; i++) output[to + i] = block[from + i]!;
    from += literals;
    to += literals;
    // The last sequence is literals only.
    if (from === end) break;

    if (end - from < 2) throw new BlockDamage('half a match', to);
    const distance = block[from]! | (block[from + 1]! << 8);
    from += 2;
    let length = token & 15;
    if (length === 15) {
      let more = 255;
      while (more === 255 && from < end) {
        more = block[from++]!;
        length += more;
      }
    }
    length += 4;
    if (distance === 0 || distance > to) throw new BlockDamage('match before the beginning', to);
    if (length > limit - to) throw new BlockDamage('match beyond its block', to);
    if (length > 32 && distance >= length) output.copyWithin(to, to - distance, to - distance + length);
    else for (let i = 0; i < length; i++) output[to + i] = output[to - distance + i]!;
    to += length;
  }
  return to;
}
