/** The lowest different values of many, in order: what is kept never depends on the order in which they came. */
export class Lowest<T extends number | string> {
  readonly #limit: number;
  #kept: T[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(value: T): void {
    const kept = this.#kept;
    let at = kept.length;
    if (at === 0) {
      // By itself: arrays that grow hold room for sixteen more, and most of these stay alone.
      this.#kept = [value];
      return;
    }
    if (at >= this.#limit && value >= kept[at - 1]!) return;
    while (at > 0 && kept[at - 1]! > value) at--;
    if (at > 0 && kept[at - 1] === value) return;
    kept.splice(at, 0, value);
    if (kept.length > this.#limit) kept.pop();
  }

  addAll(other: Lowest<T>): void {
    for (const value of other.#kept) this.add(value);
  }

  values(): readonly T[] {
    return this.#kept;
  }
}
