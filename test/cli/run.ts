import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import type { StopSignal, Terminal, TerminalOutput } from '../../lib/cli/terminal.ts';
import { assemble } from '../scripts/assemble.ts';

/** The first run of a command loads it, which may take its time on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

class Page extends Writable implements TerminalOutput {
  text = '';
  declare isTTY?: boolean;
  declare columns?: number;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs the command line in this process, on a terminal of paper. */
export async function run(
  argv: readonly string[],
  { env = {}, tty = false, columns }: { env?: Terminal['env']; tty?: boolean; columns?: number } = {},
): Promise<Ran> {
  const [stdout, stderr] = [new Page(), new Page()];
  if (tty) {
    stdout.isTTY = true;
    stdout.columns = columns ?? 80;
  }
  const terminal: Terminal = {
    stdout,
    stderr,
    env,
    onStop: (_listener: (signal: StopSignal) => void) => () => {},
    exit: () => {},
  };
  const code = await main(argv, terminal);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** A folder of captures for one test file; `remove` it at the end. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'tcplint-cli-'));

  at(name: string): string {
    return join(this.path, name);
  }

  write(name: string, content: Uint8Array | string): string {
    writeFileSync(this.at(name), content);
    return this.at(name);
  }

  script(name: string, text: string): string {
    return this.write(name, assemble(text));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A client whose SYNs nobody answers: one finding, a warning. */
export const UNANSWERED = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
+1    > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1001 ecr 0,nop,wscale 7>
+2    > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 3001 ecr 0,nop,wscale 7>
+4    > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 7001 ecr 0,nop,wscale 7>
+8    10.0.0.9:5000 > 10.0.0.8:80 S 0:0(0)
+0.01 10.0.0.9:5000 < 10.0.0.8:80 R. 0:0(0) ack 1
`;

/** Opened, used and closed: nothing to find. */
export const HEALTHY = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) win 64240 <mss 1460,sackOK,nop,wscale 7>
+0.01 < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,nop,wscale 7>
+0    > . 1:1(0) ack 1 win 502
+0    > P. 1:101(100) ack 1 win 502
+0.01 < P. 1:501(500) ack 101 win 512
+0    > . 101:101(0) ack 501 win 502
+0.01 > F. 101:101(0) ack 501 win 502
+0.01 < F. 501:501(0) ack 102 win 512
+0    > . 102:102(0) ack 502 win 502
`;

/** A close that the server's program never answers: CLOSE_WAIT for as long as the capture goes on. */
export const CLOSE_WAIT = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) win 64240 <mss 1460,sackOK,nop,wscale 7>
+0.01 < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,nop,wscale 7>
+0    > . 1:1(0) ack 1 win 502
+0    > P. 1:101(100) ack 1 win 502
+0.01 < P. 1:501(500) ack 101 win 512
+0    > F. 101:101(0) ack 501 win 502
+0.01 < . 501:501(0) ack 102 win 512
`;

/** A receiver that closes its window, and Linux's probe of it: an old number and no data. */
export const ZERO_WINDOW = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) win 64240 <mss 1460,sackOK,nop,wscale 7>
+0.01 < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,nop,wscale 7>
+0    > . 1:1(0) ack 1 win 502
+0    > P. 1:1001(1000) ack 1 win 502
+0.01 < . 1:1(0) ack 1001 win 0
+0.3  > . 1000:1000(0) ack 1 win 502
+0.01 < . 1:1(0) ack 1001 win 0
+0.5  < . 1:1(0) ack 1001 win 512
+0    > P. 1001:2001(1000) ack 1 win 502
`;
