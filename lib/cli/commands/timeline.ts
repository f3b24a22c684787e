import type { Command } from 'commander';
import type { RowFormatModule } from '../../report/format.ts';
import type { StateChangeRow } from '../../report/shape/state-change.ts';
import { connectionSelector } from '../analyse.ts';
import type { FormatTable } from '../formats.ts';
import { type CaptureOptions, captureCommand } from '../options.ts';
import { runRows } from '../rows.ts';
import type { Terminal } from '../terminal.ts';

const FORMATS: FormatTable<RowFormatModule<StateChangeRow>> = {
  table: () => import('../../report/timeline/table.ts'),
  json: () => import('../../report/timeline/json.ts'),
  ndjson: () => import('../../report/timeline/ndjson.ts'),
};

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  captureCommand(command, Object.keys(FORMATS)).action((paths: string[], options: CaptureOptions) =>
    run(timeline(paths, options, terminal)),
  );
}

function timeline(paths: readonly string[], options: CaptureOptions, terminal: Terminal): Promise<number> {
  const selected = connectionSelector(options);
  return runRows(paths, options, FORMATS, terminal, (write, origin) => ({
    ask: {
      onConnection(facts) {
        if (selected(facts)) {
          for (const change of facts.timeline) {
            write({ facts, change }, origin);
          }
        }
      },
    },
  }));
}
