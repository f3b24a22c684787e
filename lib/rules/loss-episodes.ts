import type { LossBin } from '../facts/capture.ts';

/** Losses of several connections: `first` and `last` are where its first and its last 0.1 s begin. */
export interface Episode extends Omit<LossBin, 'start'> {
  readonly first: number;
  readonly last: number;
}

const ONE_EVENT_SECONDS = 1;

/** Bins that begin up to a second apart are one event. */
export function episodes(bins: readonly LossBin[]): Episode[] {
  const found: Episode[] = [];
  for (const bin of bins) {
    const open = found.at(-1);
    if (open === undefined || bin.start - open.last > ONE_EVENT_SECONDS) {
      const { start, ...rest } = bin;
      found.push({ ...rest, first: start, last: start });
    } else {
      found[found.length - 1] = {
        first: open.first,
        last: bin.start,
        connections: [...new Set([...open.connections, ...bin.connections])].sort((a, b) => a - b),
        sharedHosts: open.sharedHosts.filter((host) => bin.sharedHosts.includes(host)),
        frames: [...new Set([...open.frames, ...bin.frames])].sort((a, b) => a - b).slice(0, 16),
      };
    }
  }
  return found;
}
