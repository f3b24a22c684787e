import type { Block } from './block.ts';
import { COMMENT, Options } from './option.ts';
import type { Section } from './section.ts';

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Comments of sections that are kept; a capture has a few, a hostile one millions. */
const MOST_COMMENTS = 1000;

/** Section Header Block: byte-order magic, version, section length; interfaces begin at 0 again. */
export function readSectionHeader(block: Block, section: Section): boolean {
  section.begin();
  section.readable = false;
  if (block.length < 16) return block.bad('section header of less than 28 bytes');
  const major = block.uint16(block.start + 4);
  const minor = block.uint16(block.start + 6);
  // 1.2 is written by some tools that mean 1.0.
  if (major !== 1 || (minor !== 0 && minor !== 2)) return block.bad(`pcapng version ${major}.${minor} is not known`);
  section.readable = true;
  section.info.format = 'pcapng';
  const options = new Options(block, block.start + 16);
  const { comments } = section.info;
  while (options.next()) {
    if (options.code === COMMENT && comments.length < MOST_COMMENTS) comments.push(options.text());
  }
  return false;
}
