import type { ConnectionFacts, ResetFacts } from '../facts/connection.ts';
import { secondsBetween } from '../facts/moment.ts';

/** A lost one comes again as soon as its peer goes on. Later the connection may be forgotten already, and the first with it. */
const AGAIN_SECONDS = 1;

/** The first reset of the same sender that `reset` repeats; itself, where there is none. */
export function firstOf({ resets }: ConnectionFacts, reset: ResetFacts): ResetFacts {
  const first = resets.find(
    ({ accepted, from, time }) => accepted && from === reset.from && secondsBetween(time, reset.time) <= AGAIN_SECONDS,
  );
  return first ?? reset;
}
