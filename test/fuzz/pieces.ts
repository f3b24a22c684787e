/** A growing buffer that capture files are written into, in either byte order. */
export class Pieces {
  little = true;
  private buffer = new Uint8Array(1 << 16);
  private view = new DataView(this.buffer.buffer);
  length = 0;

  private room(count: number): number {
    const at = this.length;
    if (at + count > this.buffer.length) {
      const larger = new Uint8Array(2 * (at + count));
      larger.set(this.buffer);
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    }
    this.length = at + count;
    return at;
  }

  u8(value: number): void {
    const at = this.room(1);
    this.view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.room(2);
    this.view.setUint16(at, value, this.little);
  }

  u32(value: number): void {
    const at = this.room(4);
    this.view.setUint32(at, value, this.little);
  }

  /** Overwrites what was written before. */
  setU32(at: number, value: number): void {
    this.view.setUint32(at, value, this.little);
  }

  bytes(bytes: Uint8Array): void {
    const at = this.room(bytes.length);
    this.buffer.set(bytes, at);
  }

  zeroes(count: number): void {
    const at = this.room(count);
    this.buffer.fill(0, at, at + count);
  }

  /** To words of 32 bits. */
  pad(): void {
    this.zeroes(-this.length & 3);
  }

  clear(): void {
    this.length = 0;
    this.little = true;
  }

  copy(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
