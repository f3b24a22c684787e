import { type Moment, secondsBetween } from '../../facts/moment.ts';
import type { TapComparison, TapFacts } from '../../facts/taps.ts';
import type { Segment } from '../../packet/segment.ts';
import { type Clock, findClock } from './clock.ts';
import { Matcher } from './matcher.ts';
import { CLIENT_TAP } from './sighting.ts';
import { localTime, type Survey } from './survey.ts';
import { Tally } from './tally.ts';

export interface TapOptions {
  /** How long a packet may take from one tap to the other, seconds. */
  readonly patience: number;
  /** What the server tap's clock shows more than the client tap's, seconds; null: to be found. */
  readonly clockOffset: number | null;
}

/**
 * Matches two taps packet by packet, after a survey of each. Hand it the segments of both in the order of `time`, then
 * `end`. Memory follows what is under way between the taps, and the connections.
 */
export class TapMatching {
  private readonly clock: Clock;
  private readonly tally: Tally;
  private readonly matcher: Matcher;
  private readonly starts: readonly [Moment, Moment];
  private readonly taps: { readonly client: TapFacts; readonly server: TapFacts };

  constructor(clock: Clock, client: TapFacts, server: TapFacts, { patience }: TapOptions) {
    this.clock = clock;
    this.taps = { client, server };
    this.starts = [client.start!, server.start!];
    this.tally = new Tally(clock, client, server);
    this.matcher = new Matcher(clock, patience * 1e9, this.tally);
  }

  /** When a packet passed its tap, by the clock of the client's: ns since that tap's first packet. */
  time(tap: number, moment: Moment): number {
    const own = localTime(moment, this.starts[tap]!);
    return tap === CLIENT_TAP ? own : this.clock.toClient(own);
  }

  see(tap: number, s: Segment): void {
    this.matcher.see(tap, s, this.time(tap, s));
  }

  end(): TapComparison {
    this.matcher.end();
    const { tally, matcher } = this;
    const [atClient, atServer] = matcher.flows;
    return {
      taps: this.taps,
      clock: this.clock.facts,
      connections: {
        both: tally.pairs,
        clientOnly: Math.max(0, atClient.connections - tally.pairs),
        serverOnly: Math.max(0, atServer.connections - tally.pairs),
      },
      apart: { client: tally.apart[0], server: tally.apart[1] },
      translations: tally.translations(),
      ways: tally.facts(),
      events: tally.events.sort((a, b) => secondsBetween(b.time, a.time)),
      eventsLeftOut: tally.eventsLeftOut,
      changes: tally.changes.facts(),
      judgedEarly: tally.judgedEarly,
    };
  }
}

/** Null when the surveys have no packet in common. */
export function openTaps(
  client: { readonly path: string; readonly survey: Survey },
  server: { readonly path: string; readonly survey: Survey },
  options: TapOptions,
): TapMatching | null {
  const clock = findClock(client.survey, server.survey, options.clockOffset);
  return clock === null ? null : new TapMatching(clock, tapFacts(client), tapFacts(server), options);
}

function tapFacts({ path, survey }: { readonly path: string; readonly survey: Survey }): TapFacts {
  const { frames, segments, start, end } = survey;
  return { path, frames, segments, start, end };
}
