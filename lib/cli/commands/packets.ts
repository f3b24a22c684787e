import type { Command } from 'commander';
import type { PacketRow } from '../../facts/packet-row.ts';
import type { RowFormatModule } from '../../report/format.ts';
import { packetSelector } from '../analyse.ts';
import type { FormatTable } from '../formats.ts';
import { type CaptureOptions, captureCommand } from '../options.ts';
import { runRows } from '../rows.ts';
import type { Terminal } from '../terminal.ts';

const FORMATS: FormatTable<RowFormatModule<PacketRow>> = {
  table: () => import('../../report/packets/table.ts'),
  json: () => import('../../report/packets/json.ts'),
  ndjson: () => import('../../report/packets/ndjson.ts'),
};

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  captureCommand(command, Object.keys(FORMATS)).action((paths: string[], options: CaptureOptions) =>
    run(packets(paths, options, terminal)),
  );
}

/** Rows are written as they come. */
function packets(paths: readonly string[], options: CaptureOptions, terminal: Terminal): Promise<number> {
  const selected = packetSelector(options);
  return runRows(paths, options, FORMATS, terminal, (write, origin) => ({
    ask: {
      labels: true,
      wake: 0,
      onPacket(row) {
        if (selected(row)) {
          write(row, origin);
        }
      },
    },
  }));
}
