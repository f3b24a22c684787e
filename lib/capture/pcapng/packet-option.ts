import type { Frame } from '../frame.ts';
import type { Block } from './block.ts';
import { COMMENT, Options } from './option.ts';
import type { Section } from './section.ts';

const FLAGS = 2;
const DROP_COUNT = 4;

/** Comments of a packet that are kept. */
const MOST_COMMENTS = 1000;

/** Bits of epb_flags that say how long the frame check sequence is. */
const FCS_LENGTH = 0x1e0;

/** Options of a packet: comments, flags (direction, errors), packets lost before this one. */
export function readPacketOptions(block: Block, section: Section, frame: Frame, from: number): void {
  const options = new Options(block, from);
  while (options.next()) {
    const { code, start, length } = options;
    if (code === COMMENT) {
      frame.comments ??= [];
      if (frame.comments.length < MOST_COMMENTS) frame.comments.push(options.text());
    } else if (code === FLAGS && length === 4) {
      const flags = block.uint32(start);
      frame.flags = flags & FCS_LENGTH ? flags : flags | frame.flags;
    } else if (code === DROP_COUNT && length === 8) {
      section.addDropped(Number(block.view.getBigUint64(start, block.littleEndian)));
    }
  }
}
