import type { Command } from 'commander';
import { createLinter } from '../../lint/runtime.ts';
import type { RowFormatModule } from '../../report/format.ts';
import { type FlowRow, flowText, furtherZeekTexts } from '../../report/shape/flow.ts';
import { type ConfigOptions, configOptions, loadConfig } from '../config.ts';
import type { FormatTable } from '../formats.ts';
import { payloadFor } from '../judge.ts';
import { type CaptureOptions, captureCommand, helpNote, memoryOption } from '../options.ts';
import { runRows } from '../rows.ts';
import { openSelector, Picker } from '../selection.ts';
import type { Terminal } from '../terminal.ts';
import { WaitingRows } from '../waiting-rows.ts';

const FORMATS: FormatTable<RowFormatModule<FlowRow>> = {
  table: () => import('../../report/flows/table.ts'),
  json: () => import('../../report/flows/json.ts'),
  ndjson: () => import('../../report/flows/ndjson.ts'),
  csv: () => import('../../report/flows/csv.ts'),
};

const ORDER =
  'Rows stand by connection. Behind a connection, json, ndjson and csv have the rows that Zeek has for it besides (onlyZeek).';

type FlowOptions = CaptureOptions & ConfigOptions;

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  helpNote(configOptions(memoryOption(captureCommand(command, Object.keys(FORMATS)))), ORDER).action(
    (paths: string[], options: FlowOptions) => run(flows(paths, options, terminal)),
  );
}

/** By connection. Rows carry the rules that found something, which is known at the end of each capture only. */
async function flows(paths: readonly string[], options: FlowOptions, terminal: Terminal): Promise<number> {
  const config = await loadConfig(options);
  const selector = await openSelector(options);
  const words = isOnlyTable(options) ? {} : { labels: true, zeek: true, metrics: true };
  return runRows(paths, options, FORMATS, terminal, (write, origin) => {
    const linter = createLinter(config, { origin, keepFound: true });
    const rows = new WaitingRows();
    const picker = new Picker(selector, origin, (facts) => {
      rows.add(facts.connection, flowText(facts));
      for (const text of furtherZeekTexts(facts)) rows.add(facts.connection, text);
    });
    return {
      ask: {
        ...payloadFor(linter),
        ...words,
        onConnection(facts) {
          linter.connection(facts);
          picker.add(facts);
        },
      },
      finish(capture) {
        const { found } = linter.finish(capture);
        picker.end(found);
        let last = -1;
        rows.drain((connection, text) => {
          const findings = [...(found.get(connection) ?? [])].sort();
          // The first row of a connection is its own, further ones are only Zeek's.
          write(connection === last ? { text, onlyZeek: true } : { text, findings }, origin);
          last = connection;
        });
      },
    };
  });
}

/** The table shows none of other tools' words, so that they need not be found. */
function isOnlyTable({ format = [] }: FlowOptions): boolean {
  return format.every(({ name }) => name === 'table');
}
