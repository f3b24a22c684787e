/** Something that holds memory and can let go of it. */
interface Holder {
  /** Lets go of what it can do without, or of as much as it must. */
  relieve(): void;
}

/**
 * One bound for all streams together: when it is exceeded, those that were quiet longest let go first, so that memory
 * stays bounded whatever comes.
 */
export class Budget {
  readonly limit: number;
  held = 0;
  /** In order of their last change. */
  private readonly holders = new Set<Holder>();
  private latest: Holder | null = null;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** `holder` now holds so much more (or less), and `total` in all. */
  change(holder: Holder, by: number, total: number): void {
    this.held += by;
    if (holder === this.latest && total > 0) return;
    this.latest = holder;
    this.holders.delete(holder);
    if (total > 0) this.holders.add(holder);
  }

  /** To be called when `holder`s may be relieved. */
  enforce(): void {
    for (const holder of this.holders) {
      if (this.held <= this.limit) return;
      this.holders.delete(holder);
      this.latest = null;
      holder.relieve();
    }
  }
}
