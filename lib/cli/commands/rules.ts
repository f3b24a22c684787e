import type { Command } from 'commander';
import type { RuleMeta } from '../../facts/rule.ts';
import type { PageOptions } from '../../report/page.ts';
import { RULES } from '../../rules/index.ts';
import { DONE } from '../exit.ts';
import { closeAll, type FormatTable, openFormats } from '../formats.ts';
import { type CaptureOptions, outputOptions, pageCommand, pageFor } from '../options.ts';
import type { Terminal } from '../terminal.ts';

interface RulesFormat {
  render(rules: readonly RuleMeta[], page: PageOptions): string;
}

const FORMATS: FormatTable<RulesFormat> = {
  table: () => import('../../report/rules/table.ts'),
  json: () => import('../../report/rules/json.ts'),
  ndjson: () => import('../../report/rules/ndjson.ts'),
};

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  pageCommand(outputOptions(command, Object.keys(FORMATS))).action((options: CaptureOptions) =>
    run(rules(options, terminal)),
  );
}

async function rules(options: CaptureOptions, terminal: Terminal): Promise<number> {
  const formats = await openFormats(FORMATS, options.format, options.output, terminal);
  for (const { module, output, toFile } of formats) {
    output.write(
      module.render(
        RULES.map(({ meta }) => meta),
        pageFor(terminal, options, toFile),
      ),
    );
  }
  await closeAll(formats);
  return DONE;
}
