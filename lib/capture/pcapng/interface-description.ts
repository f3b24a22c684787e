import { mostCaptured } from '../info.ts';
import type { Block } from './block.ts';
import { MOST_NAME_BYTES, Options } from './option.ts';
import type { Section } from './section.ts';
import { TimeScale } from './time-scale.ts';

const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const IF_FCSLEN = 13;
const IF_TSOFFSET = 14;
const MICROSECONDS = 6;

/** No link type has this number. */
const UNKNOWN_LINK_TYPE = 0xffff;

/** Interfaces that are believed; captures of merged captures have some hundred. */
const MOST_INTERFACES = 65_536;

/** Interface Description Block: link type, snap length, and the clock of what follows. */
export function readInterfaceDescription(block: Block, section: Section): boolean {
  const { interfaces } = section.info;
  if (interfaces.length >= MOST_INTERFACES) return block.bad(`more than ${MOST_INTERFACES} interfaces`);
  // Interfaces are counted by their descriptions: an unreadable one counts, too.
  const readable = block.length >= 8;
  const linkType = readable ? block.uint16(block.start) : UNKNOWN_LINK_TYPE;
  const snapLength = readable ? block.uint32(block.start + 4) : 0;
  let name: string | null = null;
  let description: string | null = null;
  let resolution = MICROSECONDS;
  let offsetSeconds = 0;
  let flags = 0;
  const options = new Options(block, block.start + 8);
  while (options.next()) {
    const { code, start, length } = options;
    if (code === IF_NAME) name = options.text(MOST_NAME_BYTES);
    else if (code === IF_DESCRIPTION) description = options.text(MOST_NAME_BYTES);
    else if (code === IF_TSRESOL && length === 1) resolution = block.bytes[start]!;
    else if (code === IF_FCSLEN && length === 1) flags = (block.bytes[start]! & 0xf) << 5;
    else if (code === IF_TSOFFSET && length === 8) {
      offsetSeconds = Number(block.view.getBigInt64(start, block.littleEndian));
    }
  }
  section.interfaces.push({
    number: interfaces.length,
    linkType,
    snapLength,
    mostCaptured: mostCaptured(linkType),
    timeScale: new TimeScale(resolution, offsetSeconds),
    flags,
    dropped: 0,
  });
  interfaces.push({ linkType, snapLength, name: name ?? description });
  if (!readable) block.bad('interface description of less than 20 bytes');
  return false;
}
