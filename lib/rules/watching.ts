import type { ConnectionFacts, EndpointFacts, Occurrences, Side } from '../facts/connection.ts';
import { after, type Moment, secondsBetween } from '../facts/moment.ts';
import type { Draft } from './rule.ts';

/** A file cut off is no proof: whoever says "never" must have watched at least this long. */
export const PATIENCE_SECONDS = 3;

/** The capture went on long enough after `since` to say that something never came. */
export function watchedLongEnough(since: Moment, captureEnd: Moment, threshold = 0): boolean {
  return secondsBetween(since, captureEnd) >= Math.max(PATIENCE_SECONDS, threshold);
}

/** End of the capture, as seen from a connection. */
export function captureEndOf(facts: ConnectionFacts): Moment {
  return after(facts.end, facts.watchedAfter);
}

export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

/** `Client` or `Server`, to begin a sentence. */
export function capital(side: Side): string {
  return side === 'client' ? 'Client' : 'Server';
}

/** When something odd was seen, and on which frames. */
export function seenAt(odd: Occurrences): Pick<Draft, 'frames' | 'frameCount' | 'start' | 'end'> {
  const { frames, count: frameCount, start, end } = odd;
  return { frames, frameCount, start, end };
}

/** Both endpoints, each with its peer. */
export function bothSides(facts: ConnectionFacts): readonly { side: Side; own: EndpointFacts; peer: EndpointFacts }[] {
  return [
    { side: 'client', own: facts.client, peer: facts.server },
    { side: 'server', own: facts.server, peer: facts.client },
  ];
}
