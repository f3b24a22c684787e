import { epoch } from '../../facts/moment.ts';
import { SCHEMA_VERSION, TOOL } from '../../facts/report.ts';
import type { TapComparison, TapFacts, WayFacts } from '../../facts/taps.ts';
import { json } from '../escape.ts';

/** The whole comparison, every event with its frames. */
export function render({ taps, ways, events, ...rest }: TapComparison): string {
  const document = {
    schemaVersion: SCHEMA_VERSION,
    tool: TOOL,
    taps: { client: tap(taps.client), server: tap(taps.server) },
    ...rest,
    ways: { clientToServer: way(ways.clientToServer), serverToClient: way(ways.serverToClient) },
    events: events.map(({ time, ...event }) => ({ ...event, time: epoch(time) })),
  };
  return `${json(document)}\n`;
}

function tap({ start, end, ...rest }: TapFacts): object {
  return { ...rest, start: start && epoch(start), end: end && epoch(end) };
}

function way({ delay, ...rest }: WayFacts): object {
  if (delay === null) return { ...rest, delay };
  const { samples, min, p50, p95, max } = delay;
  return { ...rest, delay: { samples, min, p50, p95, max } };
}
