import type { Command } from 'commander';
import type { ServiceRow } from '../../facts/services.ts';
import { createLinter } from '../../lint/runtime.ts';
import type { RowFormatModule } from '../../report/format.ts';
import type { LoneSyn } from '../../tcp/entries/lone.ts';
import { ServiceRows } from '../../traffic/service-rows.ts';
import { type ConfigOptions, configOptions, loadConfig } from '../config.ts';
import type { FormatTable } from '../formats.ts';
import { payloadFor } from '../judge.ts';
import { addLone } from '../lone-rows.ts';
import { type CaptureOptions, captureCommand, memoryOption } from '../options.ts';
import { runRows } from '../rows.ts';
import { openSelector, Picker } from '../selection.ts';
import type { Terminal } from '../terminal.ts';

const FORMATS: FormatTable<RowFormatModule<ServiceRow>> = {
  table: () => import('../../report/services/table.ts'),
  json: () => import('../../report/services/json.ts'),
  ndjson: () => import('../../report/services/ndjson.ts'),
  csv: () => import('../../report/services/csv.ts'),
};

type ServicesOptions = CaptureOptions & ConfigOptions;

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  configOptions(memoryOption(captureCommand(command, Object.keys(FORMATS)))).action(
    (paths: string[], options: ServicesOptions) => run(services(paths, options, terminal)),
  );
}

/** A row per server address and port, worst first: known when its capture has ended. */
async function services(paths: readonly string[], options: ServicesOptions, terminal: Terminal): Promise<number> {
  const config = await loadConfig(options);
  const selector = await openSelector(options);
  return runRows(paths, options, FORMATS, terminal, (write, origin) => {
    const linter = createLinter(config, { origin, keepFound: true });
    const folded = new ServiceRows();
    const picker = new Picker(selector, origin, (facts) => folded.add(facts));
    return {
      ask: {
        ...payloadFor(linter),
        lends: !selector.needsFindings,
        ...(selector.all ? { onLoneSyn: (lone: LoneSyn) => addLone(folded, lone, origin.nameOf) } : {}),
        onConnection(facts) {
          linter.connection(facts);
          picker.add(facts);
        },
      },
      finish(capture) {
        const { findings, found } = linter.finish(capture);
        picker.end(found);
        for (const row of folded.rows(findings, capture.traffic.services)) {
          write(row, origin);
        }
      },
    };
  });
}
