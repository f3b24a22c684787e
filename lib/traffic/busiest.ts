/**
 * Makes room in a map of whom is counted: those with the lowest counts are forgotten until half of `most` are left. Of
 * equals the newest stay: they have had the least time.
 */
export function keepBusiest<K, V>(counted: Map<K, V>, most: number, countOf: (value: V) => number): void {
  let surplus = counted.size - (most >> 1);
  // Nearly all of them came once.
  counted.forEach((value, key) => {
    if (surplus > 0 && countOf(value) === 1) {
      counted.delete(key);
      surplus--;
    }
  });
  if (surplus <= 0) return;
  const byCount = [...counted].reverse().sort(([, a], [, b]) => countOf(b) - countOf(a));
  for (const [key] of byCount.slice(most >> 1)) counted.delete(key);
}
