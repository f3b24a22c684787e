import { Command, CommanderError } from 'commander';
import { TOOL } from '../facts/report.ts';
import { plain } from '../report/escape.ts';
import { COMMANDS } from './commands.ts';
import { DONE, FAILED } from './exit.ts';
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
  const program = quiet(new Command('tcplint'), terminal)
    .description(description)
    .version(TOOL.version, '-V, --version');
  for (const entry of COMMANDS) {
    const command = program.command(entry.name, { isDefault: entry === COMMANDS[0] }).description(entry.summary);
    quiet(command, terminal);
    if (entry === chosen && !overall) {
      const module = await entry.load();
      module.define(command, terminal, async (exit) => {
        code = await exit;
      });
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

/** commander neither prints nor exits by itself: its errors are one line under our name. */
function quiet(command: Command, terminal: Terminal): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
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
