import type { Frame } from '../frame.ts';
import { type Block, type Outcome, PACKET } from './block.ts';
import { padded } from './option.ts';
import { readPacketOptions } from './packet-option.ts';
import type { Section } from './section.ts';

const HEADER_BYTES = 20;

/** Enhanced Packet Block: interface, time stamp, lengths, packet, options. The usual packet. */
export function readEnhancedPacket(block: Block, section: Section, frame: Frame): Outcome {
  const { start, end } = block;
  if (end - start < HEADER_BYTES) return block.bad('enhanced packet of less than 32 bytes');
  const id = block.uint32(start);
  if (id >= section.interfaces.length) return block.bad(noSuchInterface(id, section));
  const captured = block.uint32(start + 12);
  const packet = start + HEADER_BYTES;
  if (captured > end - packet) return block.bad(tooLong(captured, end - packet));
  const source = section.interfaces[id]!;
  if (captured > source.mostCaptured) return block.bad(beyondBelief(captured, source.mostCaptured));

  frame.bytes = block.bytes;
  frame.start = packet;
  frame.captured = captured;
  frame.original = block.uint32(start + 16);
  source.timeScale.stamp(frame, block.uint32(start + 4), block.uint32(start + 8));
  frame.linkType = source.description.linkType;
  frame.interface = source.number;
  frame.flags = source.flags;
  frame.comments = null;
  const options = packet + padded(captured);
  if (options + 4 <= end) readPacketOptions(block, section, frame, options);
  return PACKET;
}

export function noSuchInterface(id: number, section: Section): string {
  return `packet of interface ${id}, but the section has described ${section.interfaces.length}`;
}

export function tooLong(captured: number, room: number): string {
  return `packet says ${captured} bytes were captured, its block has room for ${room}`;
}

export function beyondBelief(captured: number, most: number): string {
  return `packet says ${captured} bytes were captured, at most ${most} can be true`;
}
