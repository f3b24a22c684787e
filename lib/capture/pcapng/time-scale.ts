import type { Frame } from '../frame.ts';

const TWO_32 = 2 ** 32;

/** Beyond it a double can't hold a count and a low word exactly. */
const EXACT_UNITS = 2 ** 52;

/**
 * An interface's clock: turns the two 32-bit words of a time stamp into seconds and nanoseconds, exactly for every
 * if_tsresol and if_tsoffset. The high word seldom changes from packet to packet: what it amounts to is kept, and only
 * the low word is divided, in doubles that hold every step exactly. BigInt is left to a new high word and to units
 * too fine for doubles.
 */
export class TimeScale {
  private readonly unitsPerSecond: number;
  private readonly exactUnits: bigint;
  private readonly offsetSeconds: number;
  /** Nanoseconds are `units * nanosPerUnit` or `units / unitsPerNano`; both 0 where neither is exact in doubles. */
  private readonly nanosPerUnit: number;
  private readonly unitsPerNano: number;
  private high = -1;
  private highSeconds = 0;
  private highUnits = 0;

  /** `resolution` as in if_tsresol: a negative power of 10, or of 2 if the upper bit is set. */
  constructor(resolution: number, offsetSeconds: number) {
    const exponent = resolution & 0x7f;
    this.exactUnits = resolution & 0x80 ? 1n << BigInt(exponent) : 10n ** BigInt(exponent);
    this.unitsPerSecond = Number(this.exactUnits);
    this.offsetSeconds = offsetSeconds;
    const fits = this.unitsPerSecond <= EXACT_UNITS;
    const whole = 1_000_000_000n % this.exactUnits === 0n;
    // Nanoseconds times a power of 2 up to 2^22 stay below 2^52, and dividing by a power of 2 is exact.
    const binary = (resolution & 0x80) !== 0 && exponent <= 22;
    this.nanosPerUnit = whole || binary ? 1e9 / this.unitsPerSecond : 0;
    this.unitsPerNano = fits && this.exactUnits % 1_000_000_000n === 0n ? this.unitsPerSecond / 1e9 : 0;
  }

  /** Puts the time stamp `high:low` into the frame. */
  stamp(frame: Frame, high: number, low: number): void {
    if (this.nanosPerUnit === 0 && this.unitsPerNano === 0) {
      this.stampSlowly(frame, high, low);
      return;
    }
    if (high !== this.high) this.turnHigh(high);
    const units = this.highUnits + low;
    const seconds = Math.floor(units / this.unitsPerSecond);
    const rest = units - seconds * this.unitsPerSecond;
    frame.seconds = this.highSeconds + seconds;
    frame.nanos = Math.floor(this.nanosPerUnit !== 0 ? rest * this.nanosPerUnit : rest / this.unitsPerNano);
  }

  private turnHigh(high: number): void {
    const units = BigInt(high) << 32n;
    this.high = high;
    this.highSeconds = Number(units / this.exactUnits) + this.offsetSeconds;
    this.highUnits = Number(units % this.exactUnits);
  }

  private stampSlowly(frame: Frame, high: number, low: number): void {
    const units = BigInt(high) * BigInt(TWO_32) + BigInt(low);
    frame.seconds = Number(units / this.exactUnits) + this.offsetSeconds;
    frame.nanos = Number(((units % this.exactUnits) * 1_000_000_000n) / this.exactUnits);
  }
}
