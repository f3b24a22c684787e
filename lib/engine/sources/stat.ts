import { type Stats, statSync } from 'node:fs';

/** What a path leads to; null where that can't be told, and opening it says why. */
export function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}
