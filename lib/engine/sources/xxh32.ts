const PRIME_1 = 0x9e3779b1 | 0;
const PRIME_2 = 0x85ebca77 | 0;
const PRIME_3 = 0xc2b2ae3d | 0;
const PRIME_4 = 0x27d4eb2f | 0;
const PRIME_5 = 0x165667b1 | 0;

/** The checksum of LZ4 frames, seed 0 (xxHash specification, XXH32), fed piece by piece. */
export class Xxh32 {
  private lane1 = (PRIME_1 + PRIME_2) | 0;
  private lane2 = PRIME_2;
  private lane3 = 0;
  private lane4 = -PRIME_1 | 0;
  private length = 0;
  private readonly rest = new Uint8Array(16);
  private readonly restView = new DataView(this.rest.buffer);
  private held = 0;

  update(bytes: Uint8Array): void {
    let from = 0;
    this.length += bytes.length;
    if (this.held > 0) {
      from = Math.min(16 - this.held, bytes.length);
      this.rest.set(bytes.subarray(0, from), this.held);
      this.held += from;
      if (this.held < 16) return;
      this.stripes(this.restView, 0, 16);
      this.held = 0;
    }
    const whole = from + ((bytes.length - from) & ~15);
    if (whole > from) this.stripes(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), from, whole);
    this.rest.set(bytes.subarray(whole));
    this.held = bytes.length - whole;
  }

  digest(): number {
    let hash = PRIME_5;
    if (this.length >= 16) {
      hash = rotate(this.lane1, 1) + rotate(this.lane2, 7) + rotate(this.lane3, 12) + rotate(this.lane4, 18);
    }
    hash = (hash + this.length) | 0;
    let at = 0;
    for (; at + 4 <= this.held; at += 4) {
      hash = Math.imul(rotate(hash + Math.imul(this.restView.getInt32(at, true), PRIME_3), 17), PRIME_4);
    }
    for (; at < this.held; at++) {
      hash = Math.imul(rotate(hash + Math.imul(this.rest[at]!, PRIME_5), 11), PRIME_1);
    }
    hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
    hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  private stripes(view: DataView, from: number, to: number): void {
    let { lane1, lane2, lane3, lane4 } = this;
    for (let at = from; at < to; at += 16) {
      lane1 = Math.imul(rotate(lane1 + Math.imul(view.getInt32(at, true), PRIME_2), 13), PRIME_1);
      lane2 = Math.imul(rotate(lane2 + Math.imul(view.getInt32(at + 4, true), PRIME_2), 13), PRIME_1);
      lane3 = Math.imul(rotate(lane3 + Math.imul(view.getInt32(at + 8, true), PRIME_2), 13), PRIME_1);
      lane4 = Math.imul(rotate(lane4 + Math.imul(view.getInt32(at + 12, true), PRIME_2), 13), PRIME_1);
    }
    this.lane1 = lane1;
    this.lane2 = lane2;
    this.lane3 = lane3;
    this.lane4 = lane4;
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

export function xxh32(bytes: Uint8Array): number {
  const hash = new Xxh32();
  hash.update(bytes);
  return hash.digest();
}
