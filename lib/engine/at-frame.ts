/**
 * The one of a frame among many in order of frames, by halving; null where there is none. A frame may hold several
 * segments: of those the first that `fits`, else the first.
 */
export function atFrame<T extends { readonly frame: number }>(
  many: readonly T[],
  frame: number,
  fits: (one: T) => boolean,
): T | null {
  let low = 0;
  let high = many.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (many[middle]!.frame < frame) low = middle + 1;
    else high = middle;
  }
  const first = many[low];
  if (first === undefined || first.frame !== frame) return null;
  for (let i = low; many[i]?.frame === frame; i++) if (fits(many[i]!)) return many[i]!;
  return first;
}
