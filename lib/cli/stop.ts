import { INTERRUPTED, TERMINATED } from './exit.ts';
import type { StopSignal, Terminal } from './terminal.ts';

/** While what is returned has not been called, a signal ends the run, and `discard` takes back what was written. */
export function endOnSignal(terminal: Terminal, discard: () => void): () => void {
  return terminal.onStop((signal) => {
    discard();
    end(terminal, signal);
  });
}

function end(terminal: Terminal, signal: StopSignal): void {
  terminal.exit(signal === 'SIGINT' ? INTERRUPTED : TERMINATED);
}

/** How long standard input is still listened to after the first signal: whoever feeds us was told to stop as well. */
const GRACE_MILLISECONDS = 250;

/** Ctrl-C: on standard input the first is the end of input; otherwise, and the second, the end of the run. */
export class Stop {
  private readonly controller = new AbortController();
  private readonly off: () => void;
  private timer: NodeJS.Timeout | null = null;

  constructor(terminal: Terminal, stdin: boolean, discard: () => void) {
    let ended = false;
    this.off = terminal.onStop((signal) => {
      if (stdin && !ended) {
        ended = true;
        this.timer = setTimeout(() => this.controller.abort(), GRACE_MILLISECONDS);
        return;
      }
      // Whatever waits on another thread would hold up the end of the process.
      this.controller.abort();
      discard();
      end(terminal, signal);
    });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  release(): void {
    this.off();
    if (this.timer !== null) {
      clearTimeout(this.timer);
    }
  }
}
