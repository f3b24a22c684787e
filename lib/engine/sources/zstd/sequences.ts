import { DamageError } from '../unpacker.ts';
import { BackwardBits } from './bits.ts';
import { buildFseTable, type FseTable, readFseTable, singleFseTable } from './fse.ts';
import type { Literals } from './literals.ts';

/** A code for a length: its first value, and the extra bits that follow. */
interface LengthCodes {
  readonly bases: Int32Array;
  readonly bits: Uint8Array;
}

/** Codes whose values follow on one another without gaps. */
function lengthCodes(first: number, plain: number, extraBits: readonly number[]): LengthCodes {
  const bits = Uint8Array.from([...new Array<number>(plain).fill(0), ...extraBits]);
  const bases = new Int32Array(bits.length);
  let value = first;
  bits.forEach((count, code) => {
    bases[code] = value;
    value += 1 << count;
  });
  return { bases, bits };
}

// RFC 8878 3.1.1.3.2.1.1
const LITERAL_LENGTHS = lengthCodes(0, 16, [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
const MATCH_LENGTHS = lengthCodes(3, 32, [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
const MOST_OFFSET_CODE = 31;

/** One of the three tables that sequences are read with. */
interface Kind {
  readonly mostLog: number;
  readonly mostSymbol: number;
  readonly predefined: FseTable;
}

const repeat = (value: number, times: number) => new Array<number>(times).fill(value);

// RFC 8878 3.1.1.3.2.2
const KINDS: readonly [literalLengths: Kind, offsets: Kind, matchLengths: Kind] = [
  {
    mostLog: 9,
    mostSymbol: LITERAL_LENGTHS.bits.length - 1,
    predefined: buildFseTable(
      [4, 3, ...repeat(2, 11), 1, 1, 1, ...repeat(2, 9), 3, 2, ...repeat(1, 5), ...repeat(-1, 4)],
      6,
    ),
  },
  {
    mostLog: 8,
    mostSymbol: MOST_OFFSET_CODE,
    predefined: buildFseTable([...repeat(1, 6), 2, 2, 2, ...repeat(1, 15), ...repeat(-1, 5)], 5),
  },
  {
    mostLog: 9,
    mostSymbol: MATCH_LENGTHS.bits.length - 1,
    predefined: buildFseTable([1, 4, 3, ...repeat(2, 6), ...repeat(1, 37), ...repeat(-1, 7)], 6),
  },
];

const PREDEFINED = 0;
const SINGLE = 1;
const DESCRIBED = 2;

/** Sequences of a block, and what later blocks take over from it: tables and the last three offsets. */
export class Sequences {
  private readonly tables: (FseTable | null)[] = [null, null, null];
  private offset1 = 1;
  private offset2 = 4;
  private offset3 = 8;

  /**
   * Reads the sequences section at `start` (RFC 8878 3.1.1.3.2) and carries it out: writes to `output` from `begin` on,
   * at most to `limit`. Everything before `begin` is what matches may reach back to. Where it ended.
   */
  run(
    view: DataView,
    start: number,
    end: number,
    literals: Literals,
    output: Uint8Array,
    begin: number,
    limit: number,
  ): number {
    if (start >= end) throw new DamageError('no sequences section');
    let from = start;
    let count = view.getUint8(from++);
    if (count === 255) {
      count = view.getUint16(from, true) + 0x7f00;
      from += 2;
    } else if (count > 127) count = ((count - 128) << 8) | view.getUint8(from++);
    let to = begin;
    let taken = 0;
    if (count > 0) {
      const bits = new BackwardBits(view, this.readTables(view, from, end), end);
      [to, taken] = this.runAll(bits, count, literals, output, begin, limit);
    } else if (from !== end) throw new DamageError('bytes after the last section');
    const left = literals.length - taken;
    if (left > limit - to) throw new DamageError('literals beyond their block');
    output.set(literals.bytes.subarray(taken, taken + left), to);
    return to + left;
  }

  private readTables(view: DataView, start: number, end: number): number {
    let from = start + 1;
    const modes = view.getUint8(start);
    if (from > end || (modes & 3) !== 0) throw new DamageError('sequences of an unknown kind');
    KINDS.forEach(({ mostLog, mostSymbol, predefined }, i) => {
      const mode = (modes >> (6 - 2 * i)) & 3;
      if (mode === PREDEFINED) this.tables[i] = predefined;
      else if (mode === SINGLE) {
        const symbol = view.getUint8(from++);
        if (symbol > mostSymbol || from > end) throw new DamageError(`code ${symbol} is not known`);
        this.tables[i] = singleFseTable(symbol);
      } else if (mode === DESCRIBED) {
        ({ table: this.tables[i], end: from } = readFseTable(view, from, end, mostLog, mostSymbol));
      } else if (this.tables[i] === null) throw new DamageError('sequences without their tables');
    });
    return from;
  }

  private runAll(
    bits: BackwardBits,
    count: number,
    literals: Literals,
    output: Uint8Array,
    begin: number,
    limit: number,
  ): [to: number, taken: number] {
    const [literalTable, offsetTable, matchTable] = this.tables as [FseTable, FseTable, FseTable];
    const source = literals.bytes;
    let literalState = bits.read(literalTable.log);
    let offsetState = bits.read(offsetTable.log);
    let matchState = bits.read(matchTable.log);
    let to = begin;
    let taken = 0;
    for (let left = count; left > 0; left--) {
      const offsetCode = offsetTable.symbols[offsetState]!;
      const matchCode = matchTable.symbols[matchState]!;
      const literalCode = literalTable.symbols[literalState]!;
      const offsetValue = 2 ** offsetCode + bits.readLong(offsetCode);
      const matchLength = MATCH_LENGTHS.bases[matchCode]! + bits.read(MATCH_LENGTHS.bits[matchCode]!);
      const literalLength = LITERAL_LENGTHS.bases[literalCode]! + bits.read(LITERAL_LENGTHS.bits[literalCode]!);
      const offset = this.offsetOf(offsetValue, literalLength);
      if (left > 1) {
        literalState = literalTable.bases[literalState]! + bits.read(literalTable.bits[literalState]!);
        matchState = matchTable.bases[matchState]! + bits.read(matchTable.bits[matchState]!);
        offsetState = offsetTable.bases[offsetState]! + bits.read(offsetTable.bits[offsetState]!);
      }
      bits.checkNotOverrun();

      if (literalLength > literals.length - taken) throw new DamageError('more literals than there are');
      if (literalLength + matchLength > limit - to) throw new DamageError('block longer than it may be');
      if (literalLength > 32) output.set(source.subarray(taken, taken + literalLength), to);
      else for (let i = 0; i < literalLength; i++) output[to + i] = source[taken + i]!;
      taken += literalLength;
      to += literalLength;
      if (offset > to || offset === 0) throw new DamageError('match before the beginning');
      if (matchLength > 32 && offset >= matchLength) output.copyWithin(to, to - offset, to - offset + matchLength);
      else for (let i = 0; i < matchLength; i++) output[to + i] = output[to - offset + i]!;
      to += matchLength;
    }
    bits.checkConsumed();
    return [to, taken];
  }

  /** Values up to 3 mean one of the last offsets (RFC 8878 3.1.1.5). */
  private offsetOf(value: number, literalLength: number): number {
    if (value > 3) return this.remember(value - 3);
    const which = literalLength === 0 ? value + 1 : value;
    if (which === 1) return this.offset1;
    if (which === 2) {
      const offset = this.offset2;
      this.offset2 = this.offset1;
      this.offset1 = offset;
      return offset;
    }
    return this.remember(which === 3 ? this.offset3 : this.offset1 - 1);
  }

  private remember(offset: number): number {
    this.offset3 = this.offset2;
    this.offset2 = this.offset1;
    this.offset1 = offset;
    return offset;
  }
}
