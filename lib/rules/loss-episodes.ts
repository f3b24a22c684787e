import type { LossBin } from '../facts/capture.ts';

/** Losses of several connections, over one or more tenths of a second. */
export interface Episode extends Omit<LossBin, 'tenth'> {
  readonly first: number;
  readonly last: number;
}

/** Bins less than a second apart are one event. */
export function episodes(bins: readonly LossBin[]): Episode[] {
  const found: Episode[] = [];
  for (const bin of bins) {
    const open = found.at(-1);
    if (open === undefined || bin.tenth - open.last > 10) found.push({ ...bin, first: bin.tenth, last: bin.tenth });
    else {
      found[found.length - 1] = {
        first: open.first,
        last: bin.tenth,
        connections: [...new Set([...open.connections, ...bin.connections])].sort((a, b) => a - b),
        sharedHosts: open.sharedHosts.filter((host) => bin.sharedHosts.includes(host)),
        frames: [...open.frames, ...bin.frames].slice(0, 16),
      };
    }
  }
  return found;
}
