/** A set of frame numbers: a bit for each, grown as they come. */
export class FrameSet {
  private bits = new Uint8Array(4096);
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(frame: number): void {
    const index = frame >>> 3;
    if (index >= this.bits.length) {
      const grown = new Uint8Array(Math.max(index + 1, this.bits.length * 2));
      grown.set(this.bits);
      this.bits = grown;
    }
    if (this.has(frame)) return;
    this.bits[index]! |= 1 << (frame & 7);
    this.count++;
  }

  has(frame: number): boolean {
    return ((this.bits[frame >>> 3] ?? 0) & (1 << (frame & 7))) !== 0;
  }
}
