import type { Frame } from '../frame.ts';
import type { Inbox } from '../inbox.ts';
import { type Block, ENHANCED_PACKET } from './block.ts';
import { padded } from './option.ts';
import { readPacketOptions } from './packet-option.ts';
import type { Section } from './section.ts';

/** Of the body, and of what else a block has: type and length before, length after. */
const HEADER_BYTES = 20;
const FRAMING_BYTES = 12;

/**
 * The short path for nearly every block of nearly every capture: an enhanced packet without options that lies whole in
 * the chunk, and is right in every respect. Takes it, or touches nothing and leaves it to `readEnhancedPacket`.
 */
export function takeUsualPacket(inbox: Inbox, littleEndian: boolean, section: Section, frame: Frame): boolean {
  const { view, position } = inbox;
  const arrived = inbox.limit - position;
  if (arrived < FRAMING_BYTES + HEADER_BYTES || view.getUint32(position, littleEndian) !== ENHANCED_PACKET)
    return false;
  const length = view.getUint32(position + 4, littleEndian);
  const id = view.getUint32(position + 8, littleEndian);
  const high = view.getUint32(position + 12, littleEndian);
  const low = view.getUint32(position + 16, littleEndian);
  const captured = view.getUint32(position + 20, littleEndian);
  const original = view.getUint32(position + 24, littleEndian);
  const rest = length - FRAMING_BYTES - HEADER_BYTES - captured;
  if (arrived < length || rest < 0 || rest > 3 || length % 4 !== 0 || id >= section.interfaces.length) return false;
  const source = section.interfaces[id]!;
  if (view.getUint32(position + length - 4, littleEndian) !== length || captured > source.mostCaptured) return false;

  if (frame.bytes !== inbox.bytes) frame.bytes = inbox.bytes;
  frame.start = position + 8 + HEADER_BYTES;
  frame.captured = captured;
  frame.original = original;
  source.timeScale.stamp(frame, high, low);
  frame.linkType = source.linkType;
  frame.interface = source.number;
  frame.flags = source.flags;
  frame.comments = null;
  frame.offset = inbox.base + position;
  inbox.position = position + length;
  return true;
}

/** Enhanced Packet Block: interface, time stamp, lengths, packet, options. */
export function readEnhancedPacket(block: Block, section: Section, frame: Frame): boolean {
  const { view, littleEndian, start, end } = block;
  const room = end - start - HEADER_BYTES;
  if (room < 0) return block.bad('enhanced packet of less than 32 bytes');
  const id = view.getUint32(start, littleEndian);
  const high = view.getUint32(start + 4, littleEndian);
  const low = view.getUint32(start + 8, littleEndian);
  const captured = view.getUint32(start + 12, littleEndian);
  const original = view.getUint32(start + 16, littleEndian);
  if (id >= section.interfaces.length) return block.bad(noSuchInterface(id, section));
  const source = section.interfaces[id]!;
  if (captured > room) return block.bad(tooLong(captured, room));
  if (captured > source.mostCaptured) return block.bad(beyondBelief(captured, source.mostCaptured));

  const packet = start + HEADER_BYTES;
  frame.bytes = block.bytes;
  frame.start = packet;
  frame.captured = captured;
  frame.original = original;
  source.timeScale.stamp(frame, high, low);
  frame.linkType = source.linkType;
  frame.interface = source.number;
  frame.flags = source.flags;
  frame.comments = null;
  const options = packet + padded(captured);
  if (options + 4 <= end) readPacketOptions(block, section, frame, options);
  return true;
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
