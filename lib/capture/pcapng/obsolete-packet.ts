import type { Frame } from '../frame.ts';
import type { Block } from './block.ts';
import { beyondBelief, noSuchInterface, tooLong } from './enhanced-packet.ts';
import { padded } from './option.ts';
import { readPacketOptions } from './packet-option.ts';
import type { Section } from './section.ts';

const HEADER_BYTES = 20;
const DROPS_UNKNOWN = 0xffff;

/** Packet Block, which the enhanced one replaced: 16-bit interface and drop counter, otherwise alike. */
export function readObsoletePacket(block: Block, section: Section, frame: Frame): boolean {
  const { start, end } = block;
  if (end - start < HEADER_BYTES) return block.bad('packet block of less than 32 bytes');
  const id = block.uint16(start);
  const drops = block.uint16(start + 2);
  const source = section.interfaces[id];
  if (source === undefined) return block.bad(noSuchInterface(id, section));
  const captured = block.uint32(start + 12);
  const packet = start + HEADER_BYTES;
  if (captured > end - packet) return block.bad(tooLong(captured, end - packet));
  if (captured > source.mostCaptured) return block.bad(beyondBelief(captured, source.mostCaptured));

  frame.bytes = block.bytes;
  frame.start = packet;
  frame.captured = captured;
  frame.original = block.uint32(start + 16);
  source.timeScale.stamp(frame, block.uint32(start + 4), block.uint32(start + 8));
  frame.linkType = source.linkType;
  frame.interface = source.number;
  frame.flags = source.flags;
  frame.comments = null;
  if (drops !== DROPS_UNKNOWN) section.addDropped(drops);
  const options = packet + padded(captured);
  if (options + 4 <= end) readPacketOptions(block, section, frame, options);
  return true;
}
