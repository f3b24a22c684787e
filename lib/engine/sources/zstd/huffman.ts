import { DamageError } from '../unpacker.ts';
import { BackwardBits } from './bits.ts';
import { readFseTable } from './fse.ts';

const MOST_BITS = 11;
const MOST_WEIGHT_LOG = 6;
const MOST_SYMBOLS = 256;

/** For every next `bits` bits: the symbol they begin with, and in the lower 4 bits its length. */
export interface HuffmanTable {
  readonly bits: number;
  readonly entries: Uint16Array;
}

/** Reads a tree description (RFC 8878 4.2.1), and where it ended. */
export function readHuffmanTable(view: DataView, start: number, end: number): { table: HuffmanTable; end: number } {
  if (start >= end) throw new DamageError('no Huffman tree');
  const header = view.getUint8(start);
  const weightsEnd = start + 1 + (header < 128 ? header : (header - 126) >> 1);
  if (weightsEnd > end) throw new DamageError('Huffman tree beyond its block');
  const weights = header < 128 ? readWeights(view, start + 1, weightsEnd) : plainWeights(view, start + 1, header - 127);
  return { table: buildHuffmanTable(weights), end: weightsEnd };
}

function plainWeights(view: DataView, start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (view.getUint8(start + (i >> 1)) >> (i % 2 === 0 ? 4 : 0)) & 15);
}

/** Weights compressed by two entropy states that take turns, until bits are lacking. */
function readWeights(view: DataView, start: number, end: number): number[] {
  const { table, end: streamStart } = readFseTable(view, start, end, MOST_WEIGHT_LOG, MOST_BITS + 1);
  const bits = new BackwardBits(view, streamStart, end);
  const states = [bits.read(table.log), bits.read(table.log)];
  bits.checkNotOverrun();
  const weights: number[] = [];
  for (let turn = 0; weights.length < MOST_SYMBOLS; turn ^= 1) {
    const state = states[turn]!;
    weights.push(table.symbols[state]!);
    const count = table.bits[state]!;
    if (!bits.has(count)) {
      weights.push(table.symbols[states[turn ^ 1]!]!);
      break;
    }
    states[turn] = table.bases[state]! + bits.read(count);
  }
  return weights;
}

/** The last weight is not told: it is what lacks for the next power of 2. */
function buildHuffmanTable(weights: number[]): HuffmanTable {
  const sum = weights.reduce((total, weight) => total + (weight === 0 ? 0 : 2 ** (weight - 1)), 0);
  const bits = sum === 0 ? 0 : 32 - Math.clz32(sum);
  const lacking = 2 ** bits - sum;
  if (bits === 0 || bits > MOST_BITS || weights.length >= MOST_SYMBOLS || (lacking & (lacking - 1)) !== 0) {
    throw new DamageError('Huffman weights that do not add up');
  }
  const all = [...weights, 32 - Math.clz32(lacking)];
  const entries = new Uint16Array(1 << bits);
  let position = 0;
  for (let weight = 1; weight <= bits; weight++) {
    all.forEach((symbolWeight, symbol) => {
      if (symbolWeight !== weight) return;
      const next = position + (1 << (weight - 1));
      entries.fill((symbol << 4) | (bits + 1 - weight), position, next);
      position = next;
    });
  }
  return { bits, entries };
}

/** Decodes one stream, `view[start, end)`, into `output[from, to)`. */
export function readHuffmanStream(
  view: DataView,
  start: number,
  end: number,
  { bits, entries }: HuffmanTable,
  output: Uint8Array,
  from: number,
  to: number,
): void {
  const stream = new BackwardBits(view, start, end);
  const first = 8 * start;
  const mask = (1 << bits) - 1;
  let position = stream.position;
  let at = from;
  // Two symbols of at most 11 bits out of every load; what is looked at beyond the beginning doesn't count.
  for (; at + 1 < to && position >= first; at += 2) {
    const low = position - 2 * bits;
    const word = view.getUint32(low >>> 3, true) >>> (low & 7);
    const one = entries[(word >>> bits) & mask]!;
    const two = entries[(word >>> (bits - (one & 15))) & mask]!;
    output[at] = one >> 4;
    output[at + 1] = two >> 4;
    position -= (one & 15) + (two & 15);
  }
  if (at < to && position >= first) {
    const low = position - bits;
    const one = entries[(view.getUint32(low >>> 3, true) >>> (low & 7)) & mask]!;
    output[at++] = one >> 4;
    position -= one & 15;
  }
  stream.position = at < to ? -1 : position;
  stream.checkConsumed();
}
