/** Keeps the lowest different numbers, in order, at most `limit`: the same ones in whatever order they come. */
export function keepLowest(list: number[], number: number, limit: number): void {
  const last = list[list.length - 1];
  if (last === number || (list.length >= limit && number > last!)) return;
  let i = list.length;
  while (i > 0 && list[i - 1]! > number) i--;
  if (list[i - 1] === number) return;
  list.splice(i, 0, number);
  if (list.length > limit) list.pop();
}
