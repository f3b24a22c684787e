import type { Block } from './block.ts';
import { decodeText, MOST_NAME_BYTES, padded } from './option.ts';
import type { Section } from './section.ts';

const END_OF_RECORDS = 0;
const IPV4 = 1;
const IPV6 = 2;

/** Names that are kept; real captures have some thousand. */
const MOST_NAMES = 262_144;

/** Name Resolution Block: addresses and their names, of which the first is kept. */
export function readNameResolution(block: Block, section: Section): boolean {
  const { names } = section.info;
  let position = block.start;
  while (position + 4 <= block.end) {
    const type = block.uint16(position);
    const length = block.uint16(position + 2);
    const value = position + 4;
    if (type === END_OF_RECORDS) return false;
    if (value + length > block.end) return block.bad('name record longer than its block');
    const addressBytes = type === IPV4 ? 4 : type === IPV6 ? 16 : 0;
    if (addressBytes > 0 && length > addressBytes && names.size < MOST_NAMES) {
      const address = type === IPV4 ? ipv4Text(block.bytes, value) : ipv6Text(block, value);
      const name = decodeText(
        block.bytes,
        value + addressBytes,
        value + Math.min(length, addressBytes + MOST_NAME_BYTES),
      );
      if (name !== '') names.set(address, name);
    }
    position = value + padded(length);
  }
  return false;
}

function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** RFC 5952 4: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
function ipv6Text(block: Block, at: number): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(block.view.getUint16(at + i, false));
  let zerosAt = 0;
  let zeros = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === 0) run++;
    if (run > zeros) {
      zerosAt = i;
      zeros = run;
    }
  }
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (zeros < 2) return hex(groups);
  return `${hex(groups.slice(0, zerosAt))}::${hex(groups.slice(zerosAt + zeros))}`;
}
