/** The one of a frame among many in order of frames, by halving; null where there is none. */
export function atFrame<T extends { readonly frame: number }>(many: readonly T[], frame: number): T | null {
  let low = 0;
  let high = many.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const one = many[middle]!;
    if (one.frame === frame) return one;
    if (one.frame < frame) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}
