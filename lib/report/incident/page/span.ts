/** The stretch of time that several pictures show together. */
export class Span {
  min: number;
  max: number;
  private readonly from: number;
  private readonly to: number;
  private readonly listeners: (() => void)[] = [];

  constructor(from: number, to: number) {
    this.from = from;
    this.to = to > from ? to : from + 1e-3;
    this.min = this.from;
    this.max = this.to;
  }

  /** Nothing is left out. */
  get whole(): boolean {
    return this.min <= this.from && this.max >= this.to;
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Shows this much of it, as far as there is something. */
  show(min: number, max: number): void {
    const least = (this.to - this.from) / 1e6;
    const width = Math.min(this.to - this.from, Math.max(least, max - min));
    const left = Math.max(this.from, Math.min(min, this.to - width));
    if (left === this.min && left + width === this.max) {
      return;
    }
    this.min = left;
    this.max = Math.min(this.to, left + width);
    for (const listener of this.listeners) {
      listener();
    }
  }

  reset(): void {
    this.show(this.from, this.to);
  }

  /** `factor` below 1 shows less, more closely; `at` keeps its place. */
  zoom(factor: number, at = (this.min + this.max) / 2): void {
    this.show(at - (at - this.min) * factor, at + (this.max - at) * factor);
  }

  /** Moves on by a share of what is shown. */
  pan(share: number): void {
    const width = this.max - this.min;
    this.show(this.min + width * share, this.max + width * share);
  }

  /** What a key does to it: whether it did anything. */
  key(key: string): boolean {
    const act = KEYS[key];
    act?.(this);
    return act !== undefined;
  }
}

const KEYS: { readonly [key: string]: (span: Span) => void } = {
  ArrowLeft: (span) => span.pan(-0.2),
  ArrowRight: (span) => span.pan(0.2),
  '+': (span) => span.zoom(0.5),
  '=': (span) => span.zoom(0.5),
  '-': (span) => span.zoom(2),
  '0': (span) => span.reset(),
  Home: (span) => span.reset(),
};
