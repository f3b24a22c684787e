import type { Command } from 'commander';
import type { ConnectionFacts } from '../../facts/connection.ts';
import type { Finding } from '../../facts/finding.ts';
import { createLinter } from '../../lint/runtime.ts';
import type { RowFormatModule } from '../../report/format.ts';
import type { FlowRow } from '../../report/shape/flow.ts';
import { connectionSelector } from '../analyse.ts';
import { type ConfigOptions, configOptions, loadConfig } from '../config.ts';
import type { FormatTable } from '../formats.ts';
import { type CaptureOptions, captureCommand } from '../options.ts';
import { runRows } from '../rows.ts';
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
  const config = await loadConfig(options, terminal);
  const selected = connectionSelector(options);
  return runRows(paths, options, FORMATS, terminal, (write, origin) => {
    const linter = createLinter(config);
    const rows: ConnectionFacts[] = [];
    return {
      ask: {
        labels: true,
        zeek: true,
        onConnection(facts) {
          linter.connection(facts);
          if (selected(facts)) {
            rows.push(facts);
          }
        },
      },
      finish(capture) {
        const found = rulesByConnection(linter.finish(capture).findings);
        for (const facts of rows) {
          write({ facts, findings: [...(found.get(facts.connection) ?? [])].sort() }, origin);
        }
      },
    };
  });
}

function rulesByConnection(findings: readonly Finding[]): Map<number, Set<string>> {
  const rules = new Map<number, Set<string>>();
  for (const { rule, connections } of findings) {
    for (const connection of connections) {
      const ids = rules.get(connection);
      if (ids === undefined) {
        rules.set(connection, new Set([rule]));
      } else {
        ids.add(rule);
      }
    }
  }
  return rules;
}
