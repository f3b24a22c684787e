import type { HoleCause } from '../../facts/stream.ts';
import type { StreamListener } from './listener.ts';

/** Missing bytes, told once per stretch: what follows on a hole for the same reason is part of it. */
export class Holes {
  /** Bytes missing in all. */
  missing = 0;
  private readonly listener: StreamListener;
  private open: { readonly offset: number; length: number; readonly cause: HoleCause } | null = null;

  constructor(listener: StreamListener) {
    this.listener = listener;
  }

  add(offset: number, length: number, cause: HoleCause): void {
    this.missing += length;
    if (this.open !== null && this.open.cause === cause) {
      this.open.length += length;
      return;
    }
    this.tell();
    this.open = { offset, length, cause };
  }

  /** Something else follows: the hole that went on is told. */
  tell(): void {
    if (this.open === null) return;
    const { offset, length, cause } = this.open;
    this.open = null;
    this.listener.hole(offset, length, cause);
  }
}
