/** The lowest different values of many, so that what is kept never depends on the order in which they came. */
export class Lowest<T extends number | string> {
  readonly #limit: number;
  #kept: T[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(value: T): void {
    this.#kept.push(value);
    if (this.#kept.length > 4 * this.#limit) this.#kept = this.values();
  }

  addAll(other: Lowest<T>): void {
    for (const value of other.#kept) this.add(value);
  }

  values(): T[] {
    return [...new Set(this.#kept)].sort((a, b) => (a < b ? -1 : 1)).slice(0, this.#limit);
  }
}
