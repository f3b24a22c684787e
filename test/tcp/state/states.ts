import { Analyzer } from '../../../lib/engine/analyzer.ts';
import type { StateChange } from '../../../lib/facts/connection.ts';
import { secondsBetween } from '../../../lib/facts/moment.ts';
import { assemble } from '../../scripts/assemble.ts';

interface States {
  readonly client: string;
  readonly server: string;
  /** When an end entered a state, seconds after the first packet. */
  at(end: 'client' | 'server', state: string): number;
}

/** The states that each end of the only connection goes through. */
export function states(script: string): States {
  let timeline: readonly StateChange[] = [];
  const analyzer = new Analyzer({
    onConnection: (flow) => {
      timeline = flow.timeline;
    },
  });
  analyzer.write(assemble(script));
  analyzer.end();
  const of = (end: string) => timeline.filter(({ endpoint }) => endpoint === end);
  const walked = (end: string) =>
    of(end)
      .map(({ state }) => state)
      .join(' ');
  return {
    client: walked('client'),
    server: walked('server'),
    at: (end, state) => secondsBetween(timeline[0]!.time, of(end).find((entry) => entry.state === state)!.time),
  };
}
