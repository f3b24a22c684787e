import type { Command } from 'commander';
import type { RowFormatModule } from '../../report/format.ts';
import type { PacketLine } from '../../report/shape/packet.ts';
import type { Interest, Source } from '../analyse.ts';
import { configFileOptions, loadConfig } from '../config.ts';
import { CliError } from '../exit.ts';
import type { FormatTable } from '../formats.ts';
import { type CaptureOptions, captureCommand } from '../options.ts';
import type { Preselected } from '../preselect.ts';
import { runRows, type WriteRow } from '../rows.ts';
import { openSelector, type Selector } from '../selection.ts';
import type { Terminal } from '../terminal.ts';
import { parseCount } from '../values.ts';

const FORMATS: FormatTable<RowFormatModule<PacketLine>> = {
  table: () => import('../../report/packets/table.ts'),
  json: () => import('../../report/packets/json.ts'),
  ndjson: () => import('../../report/packets/ndjson.ts'),
};

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  configFileOptions(captureCommand(command, Object.keys(FORMATS)))
    .option('--frame <n>', 'only this frame', parseCount)
    .option('--explain', 'what every stage of the analysis made of the frame (with --frame)')
    .option('--explain-difference', "only segments that Wireshark's label calls something else, and why")
    .action((paths: string[], options: PacketOptions) => run(start(paths, options, terminal)));
}

interface PacketOptions extends CaptureOptions {
  readonly frame?: number;
  readonly explain?: boolean;
  readonly explainDifference?: boolean;
}

async function start(paths: readonly string[], options: PacketOptions, terminal: Terminal): Promise<number> {
  if (options.explain !== true) return packets(paths, options, terminal);
  if (options.frame === undefined) throw new CliError('--explain needs --frame N: it tells of one frame');
  return (await import('../explain-frame.ts')).explainFrame(paths, options, options.frame, terminal);
}

/** Rows are written as they come. */
async function packets(paths: readonly string[], options: PacketOptions, terminal: Terminal): Promise<number> {
  const selector = await openSelector(options, 'packets');
  const known = selector.needsConnections ? await firstReading(paths, selector, options, terminal) : null;
  const explain =
    options.explainDifference === true ? (await import('../../tcp/wireshark/differences.ts')).explainDifference : null;
  let seen = false;
  const begin = (write: WriteRow<PacketLine>, origin: Source): Interest => {
    const { connections, found } = known?.get(origin.path) ?? {};
    return {
      ask: {
        labels: true,
        wake: 0,
        onPacket(row) {
          const named = options.frame === undefined || row.frame === options.frame;
          seen ||= named;
          const wanted =
            named && (selector.all || selector.matchesPacket(row, origin, connections?.get(row.connection), found));
          const difference = wanted ? explain?.(row.analysis ?? [], row.verdict, row.flags) : null;
          if (!wanted || (explain !== null && !difference)) {
            write.skip(row, origin);
          } else {
            write(difference ? { ...row, difference } : row, origin);
          }
        },
      },
      /** Whoever watches a capture being made sees rows as they come, without what later evidence might say of them. */
      soFar({ live, tellRows }) {
        if (live) {
          tellRows();
          write.flush();
        }
      },
    };
  };
  const check = (): boolean => {
    if (!seen && options.frame !== undefined) {
      throw new CliError(`there is no TCP segment in a frame ${options.frame} (--explain says what is)`);
    }
    return false;
  };
  return runRows(paths, options, FORMATS, terminal, begin, check);
}

async function firstReading(
  paths: readonly string[],
  selector: Selector,
  options: CaptureOptions,
  terminal: Terminal,
): Promise<ReadonlyMap<string, Preselected>> {
  const { preselect } = await import('../preselect.ts');
  return preselect(paths, selector, await loadConfig(options), options, terminal);
}
