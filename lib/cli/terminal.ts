import type { Writable } from 'node:stream';
import type { PageOptions } from '../report/page.ts';
import { FAILED, isReaderGone, PIPE_CLOSED } from './exit.ts';

export interface TerminalOutput extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** The world that a run may touch, but for its inputs: tests hand in their own. */
export interface Terminal {
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  readonly env: { readonly [name: string]: string | undefined };
  /** Calls `listener` at every SIGINT and SIGTERM until the returned function is called. */
  onStop(listener: (signal: StopSignal) => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

export function processTerminal(): Terminal {
  // Whoever writes without an Output (help, a version) is not told otherwise that nobody reads.
  process.stdout.on('error', (error) => {
    process.exitCode = isReaderGone(error) ? PIPE_CLOSED : FAILED;
  });
  process.stderr.on('error', () => {});
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onStop(listener) {
      process.on('SIGINT', listener).on('SIGTERM', listener);
      return () => process.off('SIGINT', listener).off('SIGTERM', listener);
    },
    exit: (code) => process.exit(code),
  };
}

const DEFAULT_WIDTH = 80;

/** How many colours to use: an option decides, then FORCE_COLOR, then NO_COLOR, then what the terminal can do. */
export function colourLevel(terminal: Terminal, wanted: boolean | undefined, tty: boolean): PageOptions['colour'] {
  const { env } = terminal;
  const able = env.COLORTERM === 'truecolor' ? 3 : /256/.test(env.TERM ?? '') ? 2 : 1;
  if (wanted !== undefined) {
    return wanted ? able : 0;
  }
  if (env.FORCE_COLOR !== undefined) {
    const forced = Number(env.FORCE_COLOR || 1);
    return env.FORCE_COLOR === 'false' ? 0 : forced === 0 || forced === 2 || forced === 3 ? forced : 1;
  }
  return (env.NO_COLOR ?? '') === '' && tty && env.TERM !== 'dumb' ? able : 0;
}

/** Characters beyond ASCII show here, by what the locale says. */
export function showsUnicode(terminal: Terminal): boolean {
  const { env } = terminal;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale) || (locale === '' && (env.WT_SESSION !== undefined || env.TERM_PROGRAM !== undefined));
}

export function widthOf(terminal: Terminal): number {
  const columns = terminal.stdout.columns ?? Number(terminal.env.COLUMNS);
  return columns >= 20 ? columns : DEFAULT_WIDTH;
}
