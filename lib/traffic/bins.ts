/** Seconds that a map may hold before they are packed: at least so many, and one for so many packed bytes. */
const LEAST_RECENT = 8;
const BYTES_PER_RECENT = 32;

/** Counts per whole second, sparse, in two or three bytes each. Merging is addition. */
export class Bins {
  /** In order of time: how long after the one before, and how many, as numbers of seven bits a byte. */
  private packed: Uint8Array | null = null;
  /** What is to be added to that. */
  private recent: Map<number, number> | null = null;
  /** The second counted last, not yet entered: most come in runs. */
  private second = 0;
  private pending = 0;

  add(second: number, count = 1): void {
    if (second === this.second) {
      this.pending += count;
      return;
    }
    this.enter();
    this.second = second;
    this.pending = count;
  }

  merge(other: Bins): void {
    for (const [second, count] of other.entries()) this.add(second, count);
  }

  private enter(): void {
    if (this.pending === 0) return;
    this.recent ??= new Map();
    const { recent } = this;
    recent.set(this.second, (recent.get(this.second) ?? 0) + this.pending);
    this.pending = 0;
    if (recent.size > LEAST_RECENT + (this.packed?.length ?? 0) / BYTES_PER_RECENT) {
      this.packed = pack(this.entries());
      recent.clear();
    }
  }

  /** [second, count], ascending, zeroes left out. */
  entries(): [number, number][] {
    this.enter();
    const entries: [number, number][] = [];
    const recent = [...(this.recent ?? [])].sort((a, b) => a[0] - b[0]);
    let i = 0;
    const put = (second: number, count: number): void => {
      if (count !== 0) entries.push([second, count]);
    };
    for (const [second, count] of unpack(this.packed)) {
      for (; i < recent.length && recent[i]![0] < second; i++) put(...recent[i]!);
      if (i < recent.length && recent[i]![0] === second) put(second, count + recent[i++]![1]);
      else put(second, count);
    }
    for (; i < recent.length; i++) put(...recent[i]!);
    return entries;
  }

  /** The highest running total, and the second in which it is reached: bins hold changes (+1 in, -1 out). */
  peak(): { count: number; second: number } {
    let total = 0;
    let count = 0;
    let second = 0;
    for (const [at, change] of this.entries()) {
      total += change;
      if (total > count) {
        count = total;
        second = at;
      }
    }
    return { count, second };
  }
}

function pack(entries: readonly (readonly [number, number])[]): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  for (const [second, count] of entries) {
    packNumber(second - before, bytes);
    packNumber(count, bytes);
    before = second;
  }
  return Uint8Array.from(bytes);
}

/** Seven bits a byte, the lowest first, the eighth bit set where more follow; the sign is the lowest bit of all. */
function packNumber(number: number, bytes: number[]): void {
  let left = number < 0 ? -2 * number - 1 : 2 * number;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  bytes.push(left);
}

function* unpack(bytes: Uint8Array | null): Generator<[number, number]> {
  if (bytes === null) return;
  let at = 0;
  const next = (): number => {
    let number = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      number += (byte & 127) * scale;
      if (byte < 128) return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
    }
  };
  for (let second = 0; at < bytes.length; ) {
    second += next();
    yield [second, next()];
  }
}
