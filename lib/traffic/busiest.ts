/**
 * Makes room in a map of whom is counted: those with the lowest counts are forgotten until half of `most` are left. Of
 * equals the newest stay: they have had the least time.
 */
export function keepBusiest<K, V>(counted: Map<K, V>, most: number, countOf: (value: V) => number): void {
  let surplus = counted.size - (most >> 1);
  // Nearly all of them came once.
  counted.forEach((value, key) => {
    if (surplus > 0 && countOf(value) === 1) {
      counted.delete(key);
      surplus--;
    }
  });
  if (surplus <= 0) return;
  const byCount = [...counted].reverse().sort(([, a], [, b]) => countOf(b) - countOf(a));
  for (const [key] of byCount.slice(most >> 1)) counted.delete(key);
}

/** At least so many of one map stay, however little room there is. */
const LEAST = 4;

/** Room for whom is counted, in several maps together. */
export class Room {
  private readonly mostOfOne: number;
  private readonly mostOfAll: number;
  private taken = 0;

  constructor(mostOfOne: number, mostOfAll: number) {
    this.mostOfOne = mostOfOne;
    this.mostOfAll = mostOfAll;
  }

  /** Takes room for one more in this map, made by forgetting others of it where there is none. */
  take<K, V>(counted: Map<K, V>, countOf: (value: V) => number): void {
    const { size } = counted;
    const most = this.taken >= this.mostOfAll ? Math.max(LEAST, size) : this.mostOfOne;
    if (size >= most) keepBusiest(counted, most, countOf);
    this.taken += counted.size + 1 - size;
  }
}
