import { Command, CommanderError, type Option } from 'commander';
import { TOOL } from '../facts/report.ts';
import { plain } from '../report/escape.ts';
import { COMMANDS } from './commands.ts';
import { CliError, DONE, FAILED } from './exit.ts';
import { spareInputs } from './output.ts';
import type { Terminal } from './terminal.ts';

/** Only the command that is meant is loaded; the others lend their names to the help. */
export async function runCommandLine(
  description: string,
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const words = argv[0] === 'help' ? [...argv.slice(1, 2), '--help'] : [...argv];
  const overall = words.length === 0 || words[0] === '--help' || words[0] === '-h';
  const chosen = COMMANDS.find(({ name }) => name === words.find((word) => !word.startsWith('-'))) ?? COMMANDS[0]!;
  let code: number = DONE;
  const program = quiet(new EnvironmentCommand('tcplint'), terminal)
    .description(description)
    .version(TOOL.version, '-V, --version')
    .hook('preAction', (_, command) => {
      // annotate keeps every frame as it was, so that it may replace its capture.
      if (command.name() !== 'annotate') spareInputs(command.args, command.opts());
    });
  for (const entry of COMMANDS) {
    const command = program.command(entry.name, { isDefault: entry === COMMANDS[0] }).description(entry.summary);
    quiet(command, terminal);
    if (entry === chosen && !overall) {
      const module = await entry.load();
      module.define(command, terminal, async (exit) => {
        code = await exit;
      });
      command.addHelpText('after', '\nOptions may stand in the environment: --fail-on as TCPLINT_FAIL_ON.');
    }
  }
  if (words.length === 0) {
    terminal.stderr.write(program.helpInformation());
    return FAILED;
  }
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? DONE : FAILED;
    }
    throw error;
  }
}

/** A switch with such a value in the environment is not set: to commander, that it is there is enough. */
const OFF: ReadonlySet<string> = new Set(['', '0', 'false']);

/**
 * Every long option may stand in the environment: `--fail-on` as TCPLINT_FAIL_ON. The command line wins. What is wrong with a
 * value is told under the option's name.
 */
class EnvironmentCommand extends Command {
  override createCommand(name?: string): Command {
    return new EnvironmentCommand(name);
  }

  override addOption(option: Option): this {
    if (option.long !== undefined && !option.negate) {
      const name = `TCPLINT_${option.long.slice(2).toUpperCase().replaceAll('-', '_')}`;
      const isOff = option.isBoolean() && OFF.has(process.env[name] ?? '');
      if (!isOff) option.env(name);
    }
    const { parseArg, long } = option;
    if (parseArg !== undefined) {
      option.argParser((text, before) => {
        try {
          return parseArg(text, before);
        } catch (error) {
          throw error instanceof CliError ? new CliError(`${long}: ${error.message}`) : error;
        }
      });
    }
    return super.addOption(option);
  }
}

/** commander neither prints nor exits by itself: its errors are one line under our name. */
function quiet(command: Command, terminal: Terminal): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ optionDescription: describeOption })
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      getOutHelpWidth: () => Math.min(terminal.stdout.columns ?? 80, 100),
      outputError: (text, write) => {
        const message = text
          .replace(/^error: /, '')
          .trim()
          .replace(/\s*\n\s*/g, ' ');
        write(`tcplint: ${plain(message)}\n`);
      },
    });
}

/** Without the name in the environment, which would stand in every line. */
function describeOption({ description, defaultValue, negate }: Option): string {
  const shown =
    defaultValue === undefined || negate || typeof defaultValue === 'boolean' ? '' : ` (default: ${defaultValue})`;
  return description + shown;
}
