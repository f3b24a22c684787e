import type { Command } from 'commander';
import { createLinter } from '../../lint/runtime.ts';
import type { RowFormatModule } from '../../report/format.ts';
import { type FlowRow, flowText, furtherZeekTexts } from '../../report/shape/flow.ts';
import { type ConfigOptions, configOptions, loadConfig } from '../config.ts';
import type { FormatTable } from '../formats.ts';
import { payloadFor } from '../judge.ts';
import { type CaptureOptions, captureCommand, memoryOption } from '../options.ts';
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

/** Key of rows that are no connection's: all others have its number. */
const ONLY_ZEEK = 'zeek';

type FlowOptions = CaptureOptions & ConfigOptions;

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  configOptions(memoryOption(captureCommand(command, Object.keys(FORMATS)))).action(
    (paths: string[], options: FlowOptions) => run(flows(paths, options, terminal)),
  );
}

/** Rows carry the rules that found something, which is known at the end of each capture only. */
async function flows(paths: readonly string[], options: FlowOptions, terminal: Terminal): Promise<number> {
  const config = await loadConfig(options);
  const selector = await openSelector(options);
  const words = isOnlyTable(options) ? {} : { labels: true, zeek: true, metrics: true };
  return runRows(paths, options, FORMATS, terminal, (write, origin) => {
    const linter = createLinter(config, { origin, keepFound: true });
    const rows = new WaitingRows();
    const picker = new Picker(selector, origin, (facts) => {
      rows.add(String(facts.connection), flowText(facts));
      for (const text of furtherZeekTexts(facts)) rows.add(ONLY_ZEEK, text);
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
        rows.drain((key, text) => {
          const findings = [...(found.get(Number(key)) ?? [])].sort();
          write(key === ONLY_ZEEK ? { text, onlyZeek: true } : { text, findings }, origin);
        });
      },
    };
  });
}

/** The table shows none of other tools' words, so that they need not be found. */
function isOnlyTable({ format = [] }: FlowOptions): boolean {
  return format.every(({ name }) => name === 'table');
}
