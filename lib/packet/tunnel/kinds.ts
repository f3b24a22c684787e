/** Kinds of tunnels, by which `Segment.tunnel` and its text tell them apart. */
export const VLAN = 1;

export const TUNNEL_NAMES = ['', 'VLAN'] as const;

/** Tunnels in words, outermost first: `VLAN 12, VXLAN 5001`; null for none. */
export function describe(kinds: Int32Array, ids: Int32Array, count: number): string | null {
  if (count === 0) return null;
  const words: string[] = [];
  for (let i = 0; i < count; i++) {
    const name = TUNNEL_NAMES[kinds[i]!]!;
    words.push(ids[i] === 0 ? name : `${name} ${ids[i]! >>> 0}`);
  }
  return words.join(', ');
}
