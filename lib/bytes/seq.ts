/**
 * Sequence numbers modulo 2^32 (RFC 9293 3.4), held as int32.
 *
 * Every comparison of sequence numbers in the project goes through this file: the order of two numbers is the sign
 * of their wrapped difference, which is right as long as they are less than 2^31 apart.
 */

/** `a - b` as a signed distance in bytes, right across the wrap. */
export function seqDiff(a: number, b: number): number {
  return (a - b) | 0;
}

export function seqLt(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

export function seqLe(a: number, b: number): boolean {
  return ((a - b) | 0) <= 0;
}

export function seqGt(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}

export function seqGe(a: number, b: number): boolean {
  return ((a - b) | 0) >= 0;
}

/** `a + n`, wrapped. */
export function seqAdd(a: number, n: number): number {
  return (a + n) | 0;
}

/** The later of two sequence numbers. */
export function seqMax(a: number, b: number): number {
  return ((a - b) | 0) >= 0 ? a : b;
}
