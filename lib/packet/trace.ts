import type { Frame } from '../capture/frame.ts';
import {
  ETHERTYPE,
  INNER,
  IP_PROTOCOL,
  LINK,
  linkKey,
  MAX_LAYERS,
  NLPID,
  OTHER_PROTOCOL,
  PPP,
  REASONS,
  TOO_DEEP,
} from './keys.ts';
import { Segment } from './segment.ts';
import { LAYERS } from './table.ts';
import { type Layer, Walk } from './walk.ts';

/** One header of a frame, for whoever wants to see or to rewrite them all. */
export interface Step {
  /** What announced it: `link type 1`, `ethertype 0x0800`, `IP protocol 6`... */
  readonly name: string;
  /** Offset of its first byte from the frame's; that of the datagram for what was put together from fragments. */
  readonly start: number;
  /** Who reads it (see table.ts); null for TCP itself, and for what nobody reads. */
  readonly layer: Layer | null;
}

const TCP = 'TCP';

export interface Trace {
  readonly steps: readonly Step[];
  /** `TCP`, or why there is none: one of the reasons in `Decoder.skipped`. */
  readonly outcome: string;
}

/**
 * The way of one frame through the table, step by step, as the decoder goes it; without memory of fragments. Of several
 * packets in it the ways follow one another.
 */
export function trace(frame: Frame): Trace {
  const segment = new Segment();
  const walk = new Walk(segment);
  walk.read(frame.bytes);
  walk.begin(frame);
  const steps: Step[] = [];
  const outcomes = [follow(walk, linkKey(frame.linkType), frame, steps)];
  while (walk.left > 0) outcomes.push(follow(walk, walk.resume(segment), frame, steps));
  return { steps, outcome: outcomes.find((outcome) => outcome === TCP) ?? outcomes.at(-1)! };
}

/** One packet's way, and what came of it. */
function follow(walk: Walk, first: number, frame: Frame, steps: Step[]): string {
  let key = first;
  for (let depth = 0; depth < MAX_LAYERS; depth++) {
    const layer = LAYERS.get(key) ?? null;
    steps.push({ name: nameOf(key), start: walk.at - frame.start, layer });
    if (key === IP_PROTOCOL + 6) return TCP;
    if (layer === null) return key < ETHERTYPE ? nameOf(key) : REASONS[-OTHER_PROTOCOL]!;
    key = layer(walk);
    if (key < 0) return REASONS[-key]!;
  }
  return REASONS[-TOO_DEEP]!;
}

const SPACES = [
  { from: INNER, name: (number: number) => INNER_NAMES[number] ?? 'unknown' },
  { from: NLPID, name: (number: number) => `NLPID ${hex(number, 2)}` },
  { from: PPP, name: (number: number) => `PPP protocol ${hex(number, 4)}` },
  { from: IP_PROTOCOL, name: (number: number) => `IP protocol ${number}` },
  { from: ETHERTYPE, name: (number: number) => `ethertype ${hex(number, 4)}` },
  { from: LINK, name: (number: number) => `link type ${number}` },
];

/** In the order of their numbers in keys.ts. */
const INNER_NAMES = [
  '',
  'LLC',
  'SNAP',
  '802.11, padded',
  '802.11, swapped',
  'MPLS payload',
  'Infiniband route',
  'Infiniband transport',
  'A-MSDU packet',
  'sFlow sample',
  'sFlow record',
  'TECMP entry',
  'PPP multiplexed packet',
  'PPP between flags',
];

function nameOf(key: number): string {
  const space = SPACES.find(({ from }) => key >= from);
  return space === undefined ? 'unregistered link type' : space.name(key - space.from);
}

function hex(number: number, digits: number): string {
  return `0x${number.toString(16).padStart(digits, '0')}`;
}
