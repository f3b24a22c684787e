import type { Command } from 'commander';
import type { PacketRow } from '../../facts/packet-row.ts';
import type { RowFormatModule } from '../../report/format.ts';
import type { FormatTable } from '../formats.ts';
import { type CaptureOptions, captureCommand } from '../options.ts';
import type { Preselected } from '../preselect.ts';
import { runRows } from '../rows.ts';
import { openSelector, type Selector } from '../selection.ts';
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
async function packets(paths: readonly string[], options: CaptureOptions, terminal: Terminal): Promise<number> {
  const selector = await openSelector(options);
  const known = selector.needsConnections ? await firstReading(paths, selector, options, terminal) : null;
  return runRows(paths, options, FORMATS, terminal, (write, origin) => {
    const { connections, found } = known?.get(origin.path) ?? {};
    return {
      ask: {
        labels: true,
        wake: 0,
        onPacket(row) {
          if (selector.all || selector.matchesPacket(row, origin, connections?.get(row.connection), found)) {
            write(row, origin);
          }
        },
      },
    };
  });
}

async function firstReading(
  paths: readonly string[],
  selector: Selector,
  options: CaptureOptions,
  terminal: Terminal,
): Promise<ReadonlyMap<string, Preselected>> {
  const [{ preselect }, { loadConfig }] = await Promise.all([import('../preselect.ts'), import('../config.ts')]);
  return preselect(paths, selector, await loadConfig({}), options, terminal);
}
