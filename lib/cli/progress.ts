import { plain } from '../report/escape.ts';
import { clip } from '../report/layout/wrap.ts';
import { duration, size } from '../report/phrases.ts';
import type { Terminal } from './terminal.ts';

/** Who waits less needs no bar. */
const PATIENCE_MILLISECONDS = 1000;
const REFRESH_MILLISECONDS = 200;
const BAR = 20;

/** How far the reading of one input is: one line on standard error, while that is a terminal. */
export class Progress {
  private readonly terminal: Terminal;
  private readonly name: string;
  private readonly started = performance.now();
  private drawn = 0;
  private readonly shown: boolean;

  constructor(terminal: Terminal, path: string) {
    this.terminal = terminal;
    this.name = plain(path === '-' ? 'standard input' : path);
    this.shown = terminal.stderr.isTTY === true;
  }

  readonly update = (bytesRead: number, bytesTotal: number | null): void => {
    const now = performance.now();
    if (!this.shown || now - this.started < PATIENCE_MILLISECONDS || now - this.drawn < REFRESH_MILLISECONDS) {
      return;
    }
    this.drawn = now;
    const seconds = (now - this.started) / 1000;
    const text = progressText(this.name, bytesRead, bytesTotal, seconds);
    this.terminal.stderr.write(`\r\u001b[2K${clip(text, (this.terminal.stderr.columns ?? 80) - 1, '...')}`);
  };

  /** Wipes the line. */
  end(): void {
    if (this.drawn !== 0) {
      this.terminal.stderr.write('\r\u001b[2K');
      this.drawn = 0;
    }
  }
}

/** `[########------------]  40 %  1.2 GB/s  12 s left  incident.pcapng`. */
export function progressText(name: string, bytesRead: number, bytesTotal: number | null, seconds: number): string {
  const rate = `${size(Math.round(bytesRead / seconds))}/s`;
  if (bytesTotal === null || bytesTotal === 0) {
    return `${size(bytesRead)}  ${rate}  ${name}`;
  }
  const share = Math.min(1, bytesRead / bytesTotal);
  const full = Math.floor(share * BAR);
  const left = Math.ceil(((bytesTotal - bytesRead) * seconds) / Math.max(1, bytesRead));
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
  return `[${'#'.repeat(full)}${'-'.repeat(BAR - full)}] ${percent}  ${rate}  ${duration(left)} left  ${name}`;
}
