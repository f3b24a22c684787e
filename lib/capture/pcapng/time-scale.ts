import { believable, type Frame } from '../frame.ts';

/** Up to here a double holds a count of units, and a quotient of two counts can be floored without error. */
const EXACT_UNITS = 2 ** 52;

/** Powers of 2 up to this one stay exact when multiplied by a billion. */
const EXACT_EXPONENT = 22;

/**
 * An interface's clock: turns the two 32-bit words of a time stamp into seconds and nanoseconds, exactly for every
 * if_tsresol and if_tsoffset, as far as times are believed. Three ways, the usual first: another packet of the same second, by one subtraction;
 * another second under the same high word, in doubles that hold every step exactly; a new high word, or units too fine
 * for doubles, by BigInt.
 */
export class TimeScale {
  private readonly unitsPerSecond: number;
  private readonly exactUnits: bigint;
  private readonly offsetSeconds: number;
  /** Nanoseconds are `units * nanosPerUnit`, or `units / unitsPerNano`; both are 0 where doubles can't tell exactly. */
  private readonly nanosPerUnit: number;
  private readonly unitsPerNano: number;

  /** What the high word amounts to. */
  private high = -1;
  private highSeconds = 0;
  private highUnits = 0;

  /** The second of the last stamp, the low word at which it began, and how many units from there are in it (or 0). */
  private second = 0;
  private secondLow = 0;
  private readonly unitsOfSecond: number;

  /** `resolution` as in if_tsresol: a negative power of 10, or of 2 if the upper bit is set. */
  constructor(resolution: number, offsetSeconds: number) {
    const exponent = resolution & 0x7f;
    const binary = (resolution & 0x80) !== 0;
    const units = binary ? 1n << BigInt(exponent) : 10n ** BigInt(exponent);
    const wholeNanos = 1_000_000_000n % units === 0n;
    this.exactUnits = units;
    this.unitsPerSecond = Number(units);
    this.offsetSeconds = offsetSeconds;
    this.nanosPerUnit = wholeNanos || (binary && exponent <= EXACT_EXPONENT) ? 1e9 / this.unitsPerSecond : 0;
    this.unitsPerNano =
      units % 1_000_000_000n === 0n && this.unitsPerSecond <= EXACT_UNITS ? this.unitsPerSecond / 1e9 : 0;
    this.unitsOfSecond = wholeNanos ? this.unitsPerSecond : 0;
  }

  /** Puts the time stamp `high:low` into the frame. */
  stamp(frame: Frame, high: number, low: number): void {
    const units = low - this.secondLow;
    if (high === this.high && units >= 0 && units < this.unitsOfSecond) {
      frame.seconds = this.second;
      frame.nanos = Math.imul(units, this.nanosPerUnit);
    } else if (this.nanosPerUnit !== 0 || this.unitsPerNano !== 0) this.turnSecond(frame, high, low);
    else this.divide(frame, high, low);
  }

  private turnSecond(frame: Frame, high: number, low: number): void {
    if (high !== this.high) this.turnHigh(high);
    const units = this.highUnits + low;
    const seconds = Math.floor(units / this.unitsPerSecond);
    const rest = units - seconds * this.unitsPerSecond;
    this.second = believable(this.highSeconds + seconds);
    this.secondLow = low - rest;
    frame.seconds = this.second;
    frame.nanos = Math.floor(this.nanosPerUnit !== 0 ? rest * this.nanosPerUnit : rest / this.unitsPerNano);
  }

  private turnHigh(high: number): void {
    const units = BigInt(high) << 32n;
    this.high = high;
    this.highSeconds = Number(units / this.exactUnits) + this.offsetSeconds;
    this.highUnits = Number(units % this.exactUnits);
  }

  private divide(frame: Frame, high: number, low: number): void {
    const units = (BigInt(high) << 32n) + BigInt(low);
    frame.seconds = believable(Number(units / this.exactUnits) + this.offsetSeconds);
    frame.nanos = Number(((units % this.exactUnits) * 1_000_000_000n) / this.exactUnits);
  }
}
