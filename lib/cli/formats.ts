import { CliError } from './exit.ts';
import { FileOutput, type Output, StreamOutput } from './output.ts';
import type { Terminal } from './terminal.ts';
import type { FormatChoice } from './values.ts';

/** Names of formats, and how each is loaded; the first is the default. */
export type FormatTable<Module> = { readonly [name: string]: () => Promise<Module> };

export interface OpenFormat<Module> {
  readonly name: string;
  readonly module: Module;
  readonly output: Output;
  /** It goes to a file, not to standard output. */
  readonly toFile: boolean;
  readonly file: string | null;
}

/** Loads the formats asked for and opens their outputs. `--output` is where the one goes that names no file. */
export async function openFormats<Module>(
  table: FormatTable<Module>,
  choices: readonly FormatChoice[] | undefined,
  outputFile: string | undefined,
  terminal: Terminal,
): Promise<OpenFormat<Module>[]> {
  const file = outputFile === '-' ? null : (outputFile ?? null);
  const wanted = (choices ?? [{ name: Object.keys(table)[0]!, file: null }]).map((choice) => ({
    ...choice,
    file: choice.file ?? file,
  }));
  const targets = wanted.map((choice) => choice.file);
  if (new Set(targets).size < targets.length) {
    throw new CliError('two formats to the same place: name a file for each but one, as in --format json=out.json');
  }
  const modules = await Promise.all(wanted.map(({ name }) => table[name]!()));
  const opened: OpenFormat<Module>[] = [];
  try {
    for (const [i, { name, file: target }] of wanted.entries()) {
      const output = target === null ? new StreamOutput(terminal.stdout) : new FileOutput(target);
      opened.push({ name, module: modules[i]!, output, toFile: target !== null, file: target });
    }
  } catch (error) {
    discardAll(opened);
    throw error;
  }
  return opened;
}

export function discardAll(formats: readonly OpenFormat<unknown>[]): void {
  for (const { output } of formats) {
    output.discard();
  }
}

export async function closeAll(formats: readonly OpenFormat<unknown>[]): Promise<void> {
  for (const { output } of formats) {
    await output.close();
  }
}
