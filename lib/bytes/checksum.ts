/**
 * The internet checksum (RFC 1071): the ones' complement sum of 16-bit words. That sum doesn't depend on the order of
 * bytes but for a final swap (RFC 1071 2), so it is taken four bytes at a time in the machine's own order.
 */
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
/** Words that can be summed in halves before an int32 overflows. */
const ROUND_WORDS = 0x4000;

// The words over the buffer that was summed last: captures are read in large chunks, many segments to each.
let words: Uint32Array = new Uint32Array(0);

/** Ones' complement sum, 0 to 0xffff, of `bytes` from `start` up to `end`; an odd last byte counts as the higher. */
export function onesSum(bytes: Uint8Array, start: number, end: number): number {
  const { buffer, byteOffset } = bytes;
  if (words.buffer !== buffer) words = new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
  let at = start;
  let sum = 0;
  // To a word's boundary in the buffer.
  while (at < end && ((byteOffset + at) & 3) !== 0) sum += inPlace(bytes[at]!, byteOffset + at++);
  let word = (byteOffset + at) >>> 2;
  const lastWord = at < end ? (byteOffset + end) >>> 2 : word;
  at += (lastWord - word) << 2;
  while (word < lastWord) {
    const stop = Math.min(lastWord, word + ROUND_WORDS);
    let low = 0;
    let high = 0;
    for (; word + 4 <= stop; word += 4) {
      const w0 = words[word]!;
      const w1 = words[word + 1]!;
      const w2 = words[word + 2]!;
      const w3 = words[word + 3]!;
      low += (w0 & 0xffff) + (w1 & 0xffff) + (w2 & 0xffff) + (w3 & 0xffff);
      high += (w0 >>> 16) + (w1 >>> 16) + (w2 >>> 16) + (w3 >>> 16);
    }
    for (; word < stop; word++) {
      const w = words[word]!;
      low += w & 0xffff;
      high += w >>> 16;
    }
    sum = foldSum(sum + foldSum(low) + foldSum(high));
  }
  while (at < end) sum += inPlace(bytes[at]!, byteOffset + at++);
  sum = foldSum(sum);
  // In the machine's order, and counted from an even address: back to the network's, counted from `start`.
  const swapped = LITTLE_ENDIAN === (((byteOffset + start) & 1) === 0);
  return swapped ? ((sum & 0xff) << 8) | (sum >>> 8) : sum;
}

/** Ones' complement sum of one int32's two halves: for pseudo-headers. */
export function onesSumOf(word: number): number {
  return (word >>> 16) + (word & 0xffff);
}

/** Carries back in until the sum fits 16 bits; for sums below 2^32. */
export function foldSum(sum: number): number {
  const once = (sum >>> 16) + (sum & 0xffff);
  return (once >>> 16) + (once & 0xffff);
}

/** A byte where it stands in a 16-bit word of the machine's order. */
function inPlace(byte: number, address: number): number {
  return ((address & 1) === 0) === LITTLE_ENDIAN ? byte : byte << 8;
}
