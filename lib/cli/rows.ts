import type { Origin, RowFormat, RowFormatModule } from '../report/format.ts';
import { type Analysis, analyse, type Interest, type Source } from './analyse.ts';
import { DONE, FAILED } from './exit.ts';
import { closeAll, discardAll, type FormatTable, openFormats } from './formats.ts';
import { growNursery } from './heap.ts';
import { complain, complainOfDamage } from './main.ts';
import { type CaptureOptions, pageFor } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Writes one row to every format that was asked for; or leaves it out, which formats may want to know. */
export interface WriteRow<Row> {
  (row: Row, origin: Origin): void;
  skip(row: Row, origin: Origin): void;
  /** What was written is to be seen now. */
  flush(): void;
}

/**
 * The run of a command that prints rows: opens the formats, reads the captures, writes what `begin` hands out. `check` may
 * throw at the end, when what was asked for is not there: nothing is written then. It says whether it has been told already
 * why there may be no row.
 */
export async function runRows<Row>(
  paths: readonly string[],
  options: CaptureOptions,
  table: FormatTable<RowFormatModule<Row>>,
  terminal: Terminal,
  begin: (write: WriteRow<Row>, origin: Source) => Interest,
  check: () => boolean = () => false,
): Promise<number> {
  growNursery();
  const formats = await openFormats(table, options.format, options.output, terminal);
  const sinks = formats.map(({ module, output, toFile }) => ({
    format: module.open(pageFor(terminal, options, toFile)) as RowFormat<Row>,
    output,
  }));
  const discard = (): void => discardAll(formats);
  try {
    for (const { format, output } of sinks) {
      output.write(format.head());
    }
    let any = false;
    const counting = sinks.filter(({ format }) => format.skip !== undefined);
    const write: WriteRow<Row> = Object.assign(
      (row: Row, origin: Origin): void => {
        any = true;
        for (const { format, output } of sinks) {
          output.write(format.row(row, origin));
          const bytes = format.bytes?.(row, origin);
          if (bytes) {
            output.writeBytes(bytes);
          }
        }
      },
      {
        skip(row: Row, origin: Origin): void {
          for (const { format } of counting) {
            format.skip!(row, origin);
          }
        },
        flush(): void {
          for (const { output } of sinks) {
            output.flush();
          }
        },
      },
    );
    const analysis = await analyse(paths, options, terminal, (origin) => begin(write, origin), discard);
    if (analysis.captures.length === 0) {
      discard();
      return FAILED;
    }
    const isTold = check();
    for (const { format, output } of sinks) {
      output.write(format.tail(analysis.captures));
    }
    await closeAll(formats);
    for (const capture of analysis.captures) {
      complainOfDamage(terminal, capture);
    }
    if (!any && !isTold) {
      const isEmpty = analysis.captures.every(({ connections }) => connections === 0);
      complain(terminal, isEmpty ? 'there is no TCP connection' : 'nothing is what you asked for');
    }
    return exitOf(analysis);
  } catch (error) {
    discard();
    throw error;
  }
}

function exitOf({ failures }: Analysis): number {
  return failures.length > 0 ? FAILED : DONE;
}
