import type { Command } from 'commander';
import type { ConnectionFacts } from '../../facts/connection.ts';
import type { PacketRow } from '../../facts/packet-row.ts';
import { createLinter } from '../../lint/runtime.ts';
import type { RowFormatModule } from '../../report/format.ts';
import type { Story } from '../../report/timeline/story.ts';
import { type ConfigOptions, configOptions, loadConfig } from '../config.ts';
import type { FormatTable } from '../formats.ts';
import { payloadFor } from '../judge.ts';
import { type CaptureOptions, captureCommand, helpNote } from '../options.ts';
import { runRows } from '../rows.ts';
import { openSelector, Picker } from '../selection.ts';
import type { Terminal } from '../terminal.ts';

const FORMATS: FormatTable<RowFormatModule<Story>> = {
  table: () => import('../../report/timeline/table.ts'),
  ladder: () => import('../../report/timeline/ladder.ts'),
  json: () => import('../../report/timeline/json.ts'),
  ndjson: () => import('../../report/timeline/ndjson.ts'),
};

type TimelineOptions = CaptureOptions & ConfigOptions;

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  const note = 'Connections stand in the order in which they end.';
  helpNote(configOptions(captureCommand(command, Object.keys(FORMATS))), note).action(
    (paths: string[], options: TimelineOptions) => run(timeline(paths, options, terminal)),
  );
}

/** One connection is drawn as a ladder, many are listed, unless a format is named. */
function timeline(paths: readonly string[], options: TimelineOptions, terminal: Terminal): Promise<number> {
  const one = options.stream !== undefined || options.connection !== undefined;
  const format = options.format ?? [{ name: one ? 'ladder' : 'table', file: null }];
  return format.some(({ name }) => name === 'ladder')
    ? withPackets(paths, { ...options, format }, terminal)
    : changesOnly(paths, { ...options, format }, terminal);
}

async function changesOnly(paths: readonly string[], options: TimelineOptions, terminal: Terminal): Promise<number> {
  const selector = await openSelector(options);
  const config = selector.needsFindings ? await loadConfig(options) : null;
  return runRows(paths, options, FORMATS, terminal, (write, origin) => {
    const linter = config === null ? null : createLinter(config, { origin, keepFound: true });
    const picker = new Picker(selector, origin, (facts) => write({ facts, packets: [], findings: [] }, origin));
    return {
      ask: {
        ...(linter === null ? {} : payloadFor(linter)),
        onConnection(facts) {
          linter?.connection(facts);
          picker.add(facts);
        },
      },
      finish(capture) {
        picker.end(linter?.finish(capture).found);
      },
    };
  });
}

async function withPackets(paths: readonly string[], options: TimelineOptions, terminal: Terminal): Promise<number> {
  const config = await loadConfig(options);
  const selector = await openSelector(options);
  const known = selector.needsConnections
    ? await (await import('../preselect.ts')).preselect(paths, selector, config, options, terminal)
    : null;
  return runRows(paths, options, FORMATS, terminal, (write, origin) => {
    const linter = createLinter(config, { origin });
    const stories: ConnectionFacts[] = [];
    const packets = new Map<number, PacketRow[]>();
    const { connections, found } = known?.get(origin.path) ?? {};
    return {
      ask: {
        ...payloadFor(linter),
        onConnection(facts) {
          linter.connection(facts);
          if (connections?.has(facts.connection) ?? selector.matches(facts, origin)) {
            stories.push(facts);
          }
        },
        onPacket(row) {
          const rows = packets.get(row.connection);
          if (rows !== undefined) {
            rows.push(row);
          } else if (selector.matchesPacket(row, origin, connections?.get(row.connection), found)) {
            packets.set(row.connection, [row]);
          }
        },
      },
      finish(capture) {
        const { findings } = linter.finish(capture);
        for (const facts of stories) {
          const rows = packets.get(facts.connection) ?? [];
          const about = findings.filter(({ connections: concerned }) => concerned.includes(facts.connection));
          write({ facts, packets: rows, findings: about }, origin);
        }
      },
    };
  });
}
