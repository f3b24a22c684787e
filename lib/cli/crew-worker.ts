import { Writable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import { analyse } from './analyse.ts';
import { type LintOptions, standardOf } from './commands/lint.ts';
import type { Answer, Order } from './crew.ts';
import { beginJudging, type Judging } from './judge.ts';
import type { Terminal } from './terminal.ts';

/** A thread of a crew (crew.ts): judges captures, one after the other, and concludes each when its neighbours are known. */
const options = workerData as LintOptions;
const standard = standardOf(options);
/** Whether a connection is there at all is known when all captures have been read; which one is meant, the standard says. */
const { stream: _stream, connection: _connection, ...reading } = options;
const judgings = new Map<number, Judging>();

/** Collects what is said on standard error: the main thread says it, in the order of the captures. */
class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function obey(order: Order): Promise<Answer> {
  if ('rotated' in order) {
    const judging = judgings.get(order.index)!;
    judgings.delete(order.index);
    return { judged: judging.conclude(order.rotated) };
  }
  const said = new Collected();
  const terminal: Terminal = { stdout: said, stderr: said, env: process.env, onStop: () => () => {}, exit() {} };
  const by = await standard;
  const { captures, failures } = await analyse(
    [order.path],
    // The other threads have work of their own.
    { ...reading, threads: 1 },
    terminal,
    (origin) => {
      const judging = beginJudging(by, origin);
      judgings.set(order.index, judging);
      return judging;
    },
    () => {},
  );
  const [capture] = captures;
  if (capture === undefined) {
    return { span: null, failures, complaints: said.text };
  }
  const { path, packets, start, end } = capture;
  return { span: { path, packets, start, end }, failures, complaints: said.text };
}

let last: Promise<void> = Promise.resolve();
parentPort!.on('message', (order: Order) => {
  last = last.then(async () => {
    const answer = await obey(order).catch((error: Error): Answer => ({ defect: error.stack ?? String(error) }));
    parentPort!.postMessage(answer);
  });
});
