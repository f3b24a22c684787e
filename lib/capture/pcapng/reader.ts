import type { Frame } from '../frame.ts';
import { Inbox } from '../inbox.ts';
import { addProblem, emptyInfo } from '../info.ts';
import type { CaptureInfo, CaptureReader } from '../reader.ts';
import {
  BAD,
  Block,
  COUNTED,
  CUSTOM_COPYABLE,
  CUSTOM_NOT_COPYABLE,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  NAME_RESOLUTION,
  OBSOLETE_PACKET,
  type Outcome,
  PACKET,
  SECTION_HEADER,
  SIMPLE_PACKET,
  SYSTEMD_JOURNAL,
} from './block.ts';
import { readEnhancedPacket } from './enhanced-packet.ts';
import { readInterfaceDescription } from './interface-description.ts';
import { readInterfaceStatistics } from './interface-statistics.ts';
import { readNameResolution } from './name-resolution.ts';
import { readObsoletePacket } from './obsolete-packet.ts';
import { Section } from './section.ts';
import { BYTE_ORDER_MAGIC, readSectionHeader } from './section-header.ts';
import { readSimplePacket } from './simple-packet.ts';

type BlockReader = (block: Block, section: Section, frame: Frame) => Outcome;

/** What is made of each type of block; decryption secrets and types not listed are passed over. */
const BLOCK_READERS = new Map<number, BlockReader>([
  [SECTION_HEADER, readSectionHeader],
  [INTERFACE_DESCRIPTION, readInterfaceDescription],
  [OBSOLETE_PACKET, readObsoletePacket],
  [SIMPLE_PACKET, readSimplePacket],
  [NAME_RESOLUTION, readNameResolution],
  [INTERFACE_STATISTICS, readInterfaceStatistics],
  [ENHANCED_PACKET, readEnhancedPacket],
  [SYSTEMD_JOURNAL, () => COUNTED],
  [CUSTOM_COPYABLE, () => COUNTED],
  [CUSTOM_NOT_COPYABLE, () => COUNTED],
]);

const LEAST_BLOCK = 12;
const MOST_BLOCK = 16 * 1024 * 1024;

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
  private finished = false;

  constructor(inbox = new Inbox(), info = emptyInfo()) {
    this.inbox = inbox;
    this.info = info;
    this.section = new Section(info);
  }

  write(chunk: Uint8Array): void {
    if (!this.finished) this.inbox.write(chunk);
  }

  next(frame: Frame): boolean {
    const { block, section } = this;
    while (!this.finished && this.nextBlock()) {
      const outcome =
        block.type === ENHANCED_PACKET ? readEnhancedPacket(block, section, frame) : this.readOther(frame);
      if (outcome === PACKET) {
        frame.number = ++this.number;
        frame.offset = block.offset;
        section.lastSeconds = frame.seconds;
        section.lastNanos = frame.nanos;
        return true;
      }
      if (outcome === COUNTED) this.number++;
      else if (outcome === BAD) addProblem(this.info, 'damaged', block.offset, block.reason);
    }
    return false;
  }

  end(): void {
    if (this.finished) return;
    this.finished = true;
    const { available, offset } = this.inbox;
    if (available > 0)
      addProblem(this.info, 'truncated', offset, `cut short inside a block: ${available} bytes are left`);
  }

  private readOther(frame: Frame): Outcome | undefined {
    return BLOCK_READERS.get(this.block.type)?.(this.block, this.section, frame);
  }

  /** Frames the next block into `this.block`; false when it has not arrived whole, or can't be. */
  private nextBlock(): boolean {
    const { inbox, block } = this;
    if (!inbox.has(LEAST_BLOCK)) return false;
    const type = inbox.view.getUint32(inbox.position, block.littleEndian);
    // The type of a section header reads the same in both byte orders.
    if (type === SECTION_HEADER && !this.learnByteOrder()) return false;
    const littleEndian = block.littleEndian;
    const length = inbox.view.getUint32(inbox.position + 4, littleEndian);
    if (length < LEAST_BLOCK) return this.stop(`block of ${length} bytes, less than its own two lengths`);
    if (length > MOST_BLOCK)
      return this.stop(`block says it is ${length} bytes long, at most ${MOST_BLOCK} are believed`);
    if (length % 4 !== 0) return this.stop(`block of ${length} bytes, which is no multiple of 4`);
    if (!inbox.has(length)) return false;

    const { view, position } = inbox;
    const again = view.getUint32(position + length - 4, littleEndian);
    if (again !== length) return this.stop(`block says ${length} bytes at its begin and ${again} at its end`);
    block.bytes = inbox.bytes;
    block.view = view;
    block.type = type;
    block.start = position + 8;
    block.end = position + length - 4;
    block.offset = inbox.base + position;
    inbox.position = position + length;
    return true;
  }

  private learnByteOrder(): boolean {
    const { view, position } = this.inbox;
    if (view.getUint32(position + 8, true) === BYTE_ORDER_MAGIC) this.block.littleEndian = true;
    else if (view.getUint32(position + 8, false) === BYTE_ORDER_MAGIC) this.block.littleEndian = false;
    else return this.stop('section header without the byte-order magic');
    return true;
  }

  private stop(reason: string): false {
    addProblem(this.info, 'damaged', this.inbox.offset, reason);
    this.finished = true;
    this.inbox.discard();
    return false;
  }
}
