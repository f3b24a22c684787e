import type { CaptureFacts } from '../facts/capture.ts';
import { TOOL } from '../facts/report.ts';
import { plain } from '../report/escape.ts';
import { CliError, DONE, FAILED, PIPE_CLOSED, PipeClosedError } from './exit.ts';
import type { Terminal } from './terminal.ts';

const DESCRIPTION = `Analyzes packet captures: what every TCP connection did, what went wrong, and how sure that is.
With no command, \`lint\` is meant: tcplint CAPTURE...`;

/**
 * Runs one command line (without the program's name) and returns the exit code. Loads what that command needs and no
 * more: `--version` loads nothing.
 */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    terminal.stdout.write(`${TOOL.version}\n`);
    return DONE;
  }
  const { runCommandLine } = await import('./program.ts');
  try {
    return await runCommandLine(DESCRIPTION, argv, terminal);
  } catch (error) {
    if (error instanceof PipeClosedError) {
      return PIPE_CLOSED;
    }
    if (error instanceof CliError) {
      complain(terminal, error.message);
      terminal.stderr.write(error.details);
      return FAILED;
    }
    terminal.stderr.write(
      `tcplint: a defect in tcplint itself, please report it:\n${(error as Error).stack ?? error}\n`,
    );
    return FAILED;
  }
}

/** Where captures are damaged. To `lint` and `report` that is a finding; elsewhere it is a word on standard error. */
export function complainOfDamage(
  terminal: Terminal,
  { path, problems }: Pick<CaptureFacts, 'path' | 'problems'>,
): void {
  for (const { reason, offset } of problems) {
    complain(terminal, `${path}: ${reason} (offset ${offset})`);
  }
}

/** One line on standard error, under the program's name. */
export function complain(terminal: Terminal, message: string): void {
  terminal.stderr.write(`tcplint: ${plain(message)}\n`);
}
