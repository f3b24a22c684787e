import { ExplainingAnalyzer } from '../engine/explain/analyzer.ts';
import type { Explanation } from '../facts/explanation.ts';
import type { RowFormatModule } from '../report/format.ts';
import type { Interest, Source } from './analyse.ts';
import { CliError } from './exit.ts';
import type { FormatTable } from './formats.ts';
import type { CaptureOptions } from './options.ts';
import { runRows, type WriteRow } from './rows.ts';
import type { Terminal } from './terminal.ts';

const FORMATS: FormatTable<RowFormatModule<Explanation>> = {
  table: () => import('../report/packets/explanation/pretty.ts'),
  json: () => import('../report/packets/explanation/json.ts'),
  ndjson: () => import('../report/packets/explanation/ndjson.ts'),
};

/** `packets --frame N --explain`: what every stage made of the frame, in each capture that has it. */
export async function explainFrame(
  paths: readonly string[],
  options: CaptureOptions,
  frame: number,
  terminal: Terminal,
): Promise<number> {
  let found = false;
  const check = (): boolean => {
    if (!found) throw new CliError(`there is no frame ${frame}`);
    return true;
  };
  const begin = (write: WriteRow<Explanation>, origin: Source): Interest => {
    let analyzer: ExplainingAnalyzer | null = null;
    return {
      ask: {},
      make(wanted) {
        analyzer = new ExplainingAnalyzer(wanted, frame);
        return analyzer;
      },
      finish() {
        const explanation = analyzer?.explanation() ?? null;
        if (explanation === null) return;
        found = true;
        write(explanation, origin);
      },
    };
  };
  return runRows(paths, options, FORMATS, terminal, begin, check);
}
