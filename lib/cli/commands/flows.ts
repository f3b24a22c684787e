import type { Command } from 'commander';
import type { ConnectionFacts, EndpointFacts } from '../../facts/connection.ts';
import { createLinter } from '../../lint/runtime.ts';
import type { RowFormatModule } from '../../report/format.ts';
import type { FlowRow } from '../../report/shape/flow.ts';
import { type ConfigOptions, configOptions, loadConfig } from '../config.ts';
import type { FormatTable } from '../formats.ts';
import { type CaptureOptions, captureCommand } from '../options.ts';
import { runRows } from '../rows.ts';
import { openSelector, rulesByConnection } from '../selection.ts';
import type { Terminal } from '../terminal.ts';

const FORMATS: FormatTable<RowFormatModule<FlowRow>> = {
  table: () => import('../../report/flows/table.ts'),
  json: () => import('../../report/flows/json.ts'),
  ndjson: () => import('../../report/flows/ndjson.ts'),
  csv: () => import('../../report/flows/csv.ts'),
};

type FlowOptions = CaptureOptions & ConfigOptions;

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  configOptions(captureCommand(command, Object.keys(FORMATS))).action((paths: string[], options: FlowOptions) =>
    run(flows(paths, options, terminal)),
  );
}

/** Rows carry the rules that found something, which is known at the end of each capture only. */
async function flows(paths: readonly string[], options: FlowOptions, terminal: Terminal): Promise<number> {
  const config = await loadConfig(options);
  const selector = await openSelector(options);
  return runRows(paths, options, FORMATS, terminal, (write, origin) => {
    const linter = createLinter(config);
    const rows: ConnectionFacts[] = [];
    return {
      ask: {
        labels: true,
        zeek: true,
        onConnection(facts) {
          linter.connection(facts);
          if (selector.needsFindings || selector.matches(facts, origin)) {
            rows.push(selector.needsFindings ? facts : shrunk(facts));
          }
        },
      },
      finish(capture) {
        const found = rulesByConnection(linter.finish(capture).findings);
        for (const facts of rows) {
          if (!selector.needsFindings || selector.matches(facts, origin, found)) {
            write({ facts, findings: [...(found.get(facts.connection) ?? [])].sort() }, origin);
          }
        }
      },
    };
  });
}

/** What a row shows of a connection: rows wait for the end of the capture, episodes and timelines need not. */
function shrunk(facts: ConnectionFacts): ConnectionFacts {
  const side = (endpoint: EndpointFacts): EndpointFacts => ({
    ...endpoint,
    spells: [],
    fin: null,
    firstData: null,
    lastNewData: null,
    retransmissionRuns: [],
    repeatChains: [],
    reorderings: null,
    zeroWindowSpells: [],
    keepAliveRuns: [],
  });
  return { ...facts, client: side(facts.client), server: side(facts.server), timeline: [], resets: [], icmpErrors: [] };
}
