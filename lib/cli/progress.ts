import { plain } from '../report/escape.ts';
import { clip } from '../report/layout/wrap.ts';
import { duration, size } from '../report/phrases.ts';
import { showsUnicode, type Terminal } from './terminal.ts';

/** Who waits less needs no bar. */
const PATIENCE_MILLISECONDS = 1000;
const REFRESH_MILLISECONDS = 200;
const BAR = 20;

const WIPE = '\r\u001b[2K';

/** What a bar is drawn with: done, and still to do. */
const UNICODE_BAR = ['━', '─'] as const;
const ASCII_BAR = ['#', '-'] as const;

/** The line that stands on the terminal now. */
let shown: Progress | null = null;

/** How far the reading of one input is: one line on standard error, while that is a terminal. */
export class Progress {
  private readonly terminal: Terminal;
  private readonly name: string;
  private readonly started = performance.now();
  private readonly bar: readonly [done: string, left: string];
  private drawn = 0;

  constructor(terminal: Terminal, path: string) {
    this.terminal = terminal;
    this.name = plain(path === '-' ? 'standard input' : path);
    this.bar = showsUnicode(terminal) ? UNICODE_BAR : ASCII_BAR;
  }

  readonly update = (bytesRead: number, bytesTotal: number | null): void => {
    const { stderr, env } = this.terminal;
    const now = performance.now();
    const early = now - this.started < PATIENCE_MILLISECONDS || now - this.drawn < REFRESH_MILLISECONDS;
    if (stderr.isTTY !== true || env.TERM === 'dumb' || early) {
      return;
    }
    this.drawn = now;
    shown = this;
    const text = progressText(this.name, bytesRead, bytesTotal, (now - this.started) / 1000, this.bar);
    stderr.write(WIPE + clip(text, (stderr.columns ?? 80) - 1, '...'));
  };

  /** Wipes the line. */
  end(): void {
    if (shown === this) {
      shown = null;
      this.terminal.stderr.write(WIPE);
    }
  }
}

/** Makes room for other text on the terminal: the line comes again with the next update. */
export function wipeProgress(): void {
  shown?.end();
}

/** `[########------------]  40 %  1.2 GB/s  12 s left  incident.pcapng`. */
export function progressText(
  name: string,
  bytesRead: number,
  bytesTotal: number | null,
  seconds: number,
  [done, todo]: readonly [string, string] = ASCII_BAR,
): string {
  const rate = `${size(Math.round(bytesRead / seconds))}/s`;
  if (bytesTotal === null || bytesTotal === 0) {
    return `${size(bytesRead)}  ${rate}  ${name}`;
  }
  const share = Math.min(1, bytesRead / bytesTotal);
  const full = Math.floor(share * BAR);
  const left = Math.ceil(((bytesTotal - bytesRead) * seconds) / Math.max(1, bytesRead));
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
  const bar = `[${done.repeat(full)}${todo.repeat(BAR - full)}]`;
  return `${bar} ${percent}  ${rate}  ${duration(Math.max(0, left))} left  ${name}`;
}
