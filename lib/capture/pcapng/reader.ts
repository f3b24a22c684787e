import type { Frame } from '../frame.ts';
import { Inbox } from '../inbox.ts';
import { addProblem, emptyInfo } from '../info.ts';
import type { CaptureInfo, CaptureReader } from '../reader.ts';
import {
  Block,
  CUSTOM_COPYABLE,
  CUSTOM_NOT_COPYABLE,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  NAME_RESOLUTION,
  OBSOLETE_PACKET,
  SECTION_HEADER,
  SIMPLE_PACKET,
  SYSDIG_EVENT,
  SYSDIG_EVENT_2,
  SYSDIG_EVENT_2_LARGE,
  SYSTEMD_JOURNAL,
} from './block.ts';
import { readEnhancedPacket, takeUsualPacket } from './enhanced-packet.ts';
import { readInterfaceDescription } from './interface-description.ts';
import { readInterfaceStatistics } from './interface-statistics.ts';
import { readNameResolution } from './name-resolution.ts';
import { readObsoletePacket } from './obsolete-packet.ts';
import { padded } from './option.ts';
import { Section } from './section.ts';
import { BYTE_ORDER_MAGIC, readSectionHeader } from './section-header.ts';
import { readSimplePacket } from './simple-packet.ts';

/** Fills the frame if the block holds a packet, and says so. What is wrong with the block goes into `block.reason`. */
type BlockReader = (block: Block, section: Section, frame: Frame) => boolean;

/** Blocks that are read; all others (decryption secrets, unknown types) are passed over as their bytes come. */
const BLOCK_READERS = new Map<number, BlockReader>([
  [SECTION_HEADER, readSectionHeader],
  [INTERFACE_DESCRIPTION, readInterfaceDescription],
  [OBSOLETE_PACKET, readObsoletePacket],
  [SIMPLE_PACKET, readSimplePacket],
  [NAME_RESOLUTION, readNameResolution],
  [INTERFACE_STATISTICS, readInterfaceStatistics],
  [ENHANCED_PACKET, readEnhancedPacket],
]);

/** Blocks without a packet that take a frame number, as Wireshark has it. */
const COUNTED_BLOCKS = new Set([
  CUSTOM_COPYABLE,
  CUSTOM_NOT_COPYABLE,
  SYSTEMD_JOURNAL,
  SYSDIG_EVENT,
  SYSDIG_EVENT_2,
  SYSDIG_EVENT_2_LARGE,
]);

const LEAST_BLOCK = 12;
/** Wireshark's bound: a packet of 128 MiB with 128 KiB of options around it. */
const MOST_BLOCK = 128 * 1024 * 1024 + 128 * 1024 + 32;

/**
 * pcapng (draft-ietf-opsawg-pcapng): sections of blocks, each with its length before and after. A block whose interior
 * contradicts itself is skipped and told; one whose lengths do ends the reading, as nothing says where the next begins.
 */
export class PcapngReader implements CaptureReader {
  readonly info: CaptureInfo;
  private readonly inbox: Inbox;
  private readonly block = new Block();
  private readonly section: Section;
  private number = 0;
  /** Bytes still to pass over of the block `block`, its second length not included; -1 outside of such a block. */
  private passing = -1;
  private finished = false;

  constructor(inbox = new Inbox(), info = emptyInfo()) {
    this.inbox = inbox;
    this.info = info;
    this.section = new Section(info);
  }

  /** What follows can't be read. */
  get full(): boolean {
    return this.finished;
  }

  write(chunk: Uint8Array): void {
    if (!this.finished) this.inbox.write(chunk);
  }

  next(frame: Frame): boolean {
    const usual = this.passing < 0 && takeUsualPacket(this.inbox, this.block.littleEndian, this.section, frame);
    if (!usual && !this.nextPacket(frame)) return false;
    frame.number = ++this.number;
    this.section.lastSeconds = frame.seconds;
    this.section.lastNanos = frame.nanos;
    return true;
  }

  end(): void {
    if (this.finished) return;
    this.finished = true;
    const { available, offset } = this.inbox;
    if (this.passing >= 0) addProblem(this.info, 'truncated', this.block.offset, 'cut short inside a block');
    else if (available > 0) {
      addProblem(this.info, 'truncated', offset, `cut short inside a block: ${available} bytes are left`);
    }
  }

  /** Reads on to the next block that holds a packet. */
  private nextPacket(frame: Frame): boolean {
    while (this.nextBlock()) {
      const found = this.readBlock(frame);
      if (this.block.reason !== '') this.tellBad();
      if (!found) continue;
      frame.offset = this.block.offset;
      return true;
    }
    return false;
  }

  private readBlock(frame: Frame): boolean {
    const { type } = this.block;
    if (COUNTED_BLOCKS.has(type)) this.number++;
    return BLOCK_READERS.get(type)?.(this.block, this.section, frame) ?? false;
  }

  /** The block is skipped, or what could be read of it kept; but without a section header, what follows means nothing. */
  private tellBad(): void {
    const { offset, reason } = this.block;
    if (this.section.readable) addProblem(this.info, 'damaged', offset, reason);
    else this.stop(offset, reason);
  }

  /** Finds the next block and puts it into `this.block`; false when it has not arrived whole, or can't be. */
  private nextBlock(): boolean {
    const { inbox, block } = this;
    if (this.passing >= 0) return this.pass();
    if (this.finished || !inbox.has(LEAST_BLOCK)) return false;
    const type = inbox.view.getUint32(inbox.position, block.littleEndian);
    // The type of a section header reads the same in both byte orders.
    if (type === SECTION_HEADER && !this.learnByteOrder()) return false;
    const told = inbox.view.getUint32(inbox.position + 4, block.littleEndian);
    if (told < LEAST_BLOCK) return this.stop(inbox.offset, `block of ${told} bytes, less than its own two lengths`);
    if (told > MOST_BLOCK) {
      return this.stop(inbox.offset, `block says it is ${told} bytes long, at most ${MOST_BLOCK} are believed`);
    }
    // Some writers leave the padding out of the length.
    const length = padded(told);
    block.type = type;
    block.reason = '';
    if (!BLOCK_READERS.has(type)) {
      block.offset = inbox.offset;
      this.passing = length - 4;
      return this.pass();
    }
    if (!inbox.has(length)) return false;

    const { position } = inbox;
    block.bytes = inbox.bytes;
    block.view = inbox.view;
    block.start = position + 8;
    block.end = position + length - 4;
    block.offset = inbox.base + position;
    inbox.position = block.end;
    return this.close(length);
  }

  /** Passes over a block that nobody reads. Its body is empty then. */
  private pass(): boolean {
    const { inbox, block } = this;
    this.passing -= inbox.skip(this.passing);
    if (!inbox.has(4) || this.passing > 0) return false;
    this.passing = -1;
    block.start = block.end = 0;
    return this.close(inbox.offset + 4 - block.offset);
  }

  /** Checks the second length, at hand, against the first. */
  private close(length: number): boolean {
    const { inbox, block } = this;
    const again = padded(inbox.view.getUint32(inbox.position, block.littleEndian));
    if (again === length) {
      inbox.position += 4;
      return true;
    }
    return this.stop(block.offset, `block says ${length} bytes at its begin and ${again >>> 0} at its end`);
  }

  private learnByteOrder(): boolean {
    const { view, position, offset } = this.inbox;
    if (view.getUint32(position + 8, true) === BYTE_ORDER_MAGIC) this.block.littleEndian = true;
    else if (view.getUint32(position + 8, false) === BYTE_ORDER_MAGIC) this.block.littleEndian = false;
    else return this.stop(offset, 'section header without the byte-order magic');
    return true;
  }

  private stop(offset: number, reason: string): false {
    addProblem(this.info, 'damaged', offset, reason);
    this.finished = true;
    this.passing = -1;
    this.inbox.discard();
    return false;
  }
}
