import type { Frame } from '../frame.ts';
import type { Block } from './block.ts';
import { beyondBelief, noSuchInterface } from './enhanced-packet.ts';
import type { Section } from './section.ts';

/**
 * Simple Packet Block: the packet alone, of the section's first interface. What was captured of it is what the snap
 * length allows and the block holds. It has no time; the last packet's is the best that is known.
 */
export function readSimplePacket(block: Block, section: Section, frame: Frame): boolean {
  if (block.length < 4) return block.bad('simple packet of less than 16 bytes');
  const source = section.interfaces[0];
  if (source === undefined) return block.bad(noSuchInterface(0, section));
  const original = block.uint32(block.start);
  const { snapLength, linkType } = source;
  const captured = snapLength === 0 ? original : Math.min(original, snapLength);
  const packet = block.start + 4;
  if (captured > block.end - packet) return block.bad(`simple packet of ${captured} bytes in a shorter block`);
  if (captured > source.mostCaptured) return block.bad(beyondBelief(captured, source.mostCaptured));

  frame.bytes = block.bytes;
  frame.start = packet;
  frame.captured = captured;
  frame.original = original;
  frame.seconds = section.lastSeconds;
  frame.nanos = section.lastNanos;
  frame.linkType = linkType;
  frame.interface = source.number;
  frame.flags = source.flags;
  frame.comments = null;
  return true;
}
