import { existsSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { PRESETS, type Preset } from '../../facts/rule.ts';
import { CliError, DONE } from '../exit.ts';
import { reason } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { parseWord } from '../values.ts';

const NAME = 'tcplint.config.json';
const SCHEMA = 'node_modules/tcplint/docs/config.schema.json';

interface InitOptions {
  readonly preset: Preset;
  readonly force?: boolean;
}

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  command
    .option('--preset <name>', `what to begin with: ${PRESETS.join(', ')}`, parseWord(PRESETS), 'recommended')
    .option('--force', 'replace the file that is there')
    .action((options: InitOptions) => run(init(options, terminal)));
}

/** Writes a configuration to begin with. */
async function init({ preset, force }: InitOptions, terminal: Terminal): Promise<number> {
  if (existsSync(NAME) && force !== true) {
    throw new CliError(`${NAME} is there already (--force replaces it)`);
  }
  const config = {
    ...(existsSync(SCHEMA) ? { $schema: `./${SCHEMA}` } : {}),
    extends: preset,
    rules: {},
  };
  try {
    writeFileSync(NAME, `${JSON.stringify(config, null, 2)}\n`);
  } catch (error) {
    throw new CliError(`${NAME}: cannot write: ${reason(error)}`);
  }
  terminal.stdout.write(`wrote ${NAME}; tcplint rules lists what can be set in it\n`);
  return DONE;
}
