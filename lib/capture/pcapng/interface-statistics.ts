import { Frame } from '../frame.ts';
import type { Block } from './block.ts';
import { Options } from './option.ts';
import type { Section } from './section.ts';

const ISB_ENDTIME = 3;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;

/** Interface Statistics Block: when the capture on an interface ended and what it dropped so far. */
export function readInterfaceStatistics(block: Block, section: Section): boolean {
  if (block.length < 12) return block.bad('interface statistics of less than 24 bytes');
  const id = block.uint32(block.start);
  const source = section.interfaces[id];
  if (source === undefined) return false;
  let dropped: number | null = null;
  const options = new Options(block, block.start + 12);
  while (options.next()) {
    const { code, start, length } = options;
    if (length !== 8) continue;
    if (code === ISB_ENDTIME) {
      const end = new Frame();
      source.timeScale.stamp(end, block.uint32(start), block.uint32(start + 4));
      keepLater(section, end);
    } else if (code === ISB_IFDROP || code === ISB_OSDROP) {
      dropped = (dropped ?? 0) + Number(block.view.getBigUint64(start, block.littleEndian));
    }
  }
  if (dropped !== null) section.setDropped(source, dropped);
  return false;
}

function keepLater({ info }: Section, { seconds, nanos }: Frame): void {
  const earlier =
    info.endSeconds !== null && (seconds < info.endSeconds || (seconds === info.endSeconds && nanos <= info.endNanos));
  if (earlier) return;
  info.endSeconds = seconds;
  info.endNanos = nanos;
}
