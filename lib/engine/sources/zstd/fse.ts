import { DamageError } from '../unpacker.ts';

/** A table of finite state entropy: what each state means, and how the next one is found. */
export interface FseTable {
  /** States are numbers of this many bits. */
  readonly log: number;
  readonly symbols: Uint8Array;
  /** The next state is `bases[state]` plus the next `bits[state]` bits. */
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** RFC 8878 4.1.1. Probabilities of -1 are "less than 1": one state at the end of the table. */
export function buildFseTable(probabilities: ArrayLike<number>, log: number): FseTable {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  const next = new Uint16Array(probabilities.length);
  let last = size - 1;
  for (let symbol = 0; symbol < probabilities.length; symbol++) {
    next[symbol] = Math.abs(probabilities[symbol]!);
    if (probabilities[symbol] === -1) symbols[last--] = symbol;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let state = 0;
  for (let symbol = 0; symbol < probabilities.length; symbol++) {
    for (let i = 0; i < probabilities[symbol]!; i++) {
      symbols[state] = symbol;
      do state = (state + step) & (size - 1);
      while (state > last);
    }
  }
  if (state !== 0) throw new DamageError('probabilities do not fill their table');
  for (let i = 0; i < size; i++) {
    const count = next[symbols[i]!]!++;
    bits[i] = log - (31 - Math.clz32(count));
    bases[i] = (count << bits[i]!) - size;
  }
  return { log, symbols, bits, bases };
}

/** A table that knows one symbol. */
export function singleFseTable(symbol: number): FseTable {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), bases: new Uint16Array(1) };
}

/** Reads a table's description at `start` (RFC 8878 4.1.1), and where it ended. */
export function readFseTable(
  view: DataView,
  start: number,
  end: number,
  mostLog: number,
  mostSymbol: number,
): { table: FseTable; end: number } {
  let bit = 8 * start;
  const peek = (count: number) => (view.getUint32(bit >>> 3, true) >>> (bit & 7)) & ((1 << count) - 1);
  const log = peek(4) + 5;
  bit += 4;
  if (log > mostLog) throw new DamageError(`entropy table of ${log} bits`);
  const probabilities: number[] = [];
  let remaining = (1 << log) + 1;
  while (remaining > 1) {
    if (bit > 8 * end) throw new DamageError('entropy table too short');
    // Values below `small` take a bit less than the others.
    const width = 32 - Math.clz32(remaining);
    const small = (1 << width) - 1 - remaining;
    let value = peek(width - 1);
    if (value < small) bit += width - 1;
    else {
      value = peek(width);
      bit += width;
      if (value >= 1 << (width - 1)) value -= small;
    }
    const probability = value - 1;
    remaining -= Math.abs(probability);
    probabilities.push(probability);
    if (probability === 0) {
      let zeros = 3;
      while (zeros === 3) {
        zeros = peek(2);
        bit += 2;
        for (let i = 0; i < zeros; i++) probabilities.push(0);
        if (bit > 8 * end) throw new DamageError('entropy table too short');
      }
    }
    if (probabilities.length > mostSymbol + 1) throw new DamageError('entropy table with too many symbols');
  }
  if (remaining !== 1 || bit > 8 * end) throw new DamageError('entropy table that does not add up');
  return { table: buildFseTable(probabilities, log), end: (bit + 7) >> 3 };
}
