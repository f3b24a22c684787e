import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Frame } from '../../lib/capture/frame.ts';
import { createReader } from '../../lib/capture/open.ts';
import { feed } from '../../lib/engine/sources/feed.ts';
import { InputError } from '../../lib/engine/sources/input-error.ts';
import { join } from '../../lib/engine/sources/join.ts';
import { run } from './analysis.ts';
import { makeCase } from './cases.ts';
import type { Outcome } from './examine.ts';
import { damagedFile } from './mutations.ts';
import { joined } from './pieces.ts';
import { Random } from './random.ts';
import { difference } from './roads.ts';
import type { Seeds } from './seeds.ts';

/** The third engine: captures as files, some of them compressed and that damaged, read one by one and as one trace. */

const folder = mkdtempSync(joinPath(tmpdir(), 'tcplint-fuzz-'));

/** Bytes that came out of a file. */
class Gathered {
  private readonly parts: Uint8Array[] = [];

  write(chunk: Uint8Array): void {
    this.parts.push(chunk.slice());
  }

  end(): void {}

  get bytes(): Uint8Array {
    return joined(this.parts);
  }
}

/** Case `number`: up to four captures. Never throws. */
export async function examineFiles(number: number, seeds: Seeds): Promise<Outcome & { readonly file: Uint8Array }> {
  const random = new Random(number);
  const captures = Array.from({ length: 1 + random.below(4) }, (_, i) => makeCase(4 * number + i, seeds).file);
  const outcome = { runs: 2, frames: 0, segments: 0, findings: 0, file: joined(captures) };
  try {
    return { ...outcome, failure: await fileTrouble(random, captures) };
  } catch (error) {
    return { ...outcome, failure: `throws ${(error as Error).stack ?? error}` };
  }
}

async function fileTrouble(random: Random, captures: readonly Uint8Array[]): Promise<string | null> {
  const paths: string[] = [];
  let frames = 0;
  for (const [i, capture] of captures.entries()) {
    const path = joinPath(folder, `${process.pid}-${i}`);
    const packed = random.oneIn(3);
    const cut = packed && random.oneIn(3);
    const zipped = packed ? new Uint8Array(gzipSync(capture)) : capture;
    writeFileSync(path, cut ? damagedFile(random, zipped) : zipped);
    paths.push(path);
    const gathered = new Gathered();
    const { problem } = await feed(path, gathered);
    const { bytes } = gathered;
    if (!cut) {
      if (problem !== null) return `reading a whole file: ${problem.reason}`;
      // A capture that looks like something compressed is taken for that.
      const same = bytes.length === capture.length && bytes.every((byte, at) => byte === capture[at]);
      if (!same && !looksPacked(capture)) return `${bytes.length} bytes were read of ${capture.length}`;
    }
    frames += framesIn(bytes).count;
  }
  const trace = new Gathered();
  try {
    await join(paths, trace);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
  const { count, problem } = framesIn(trace.bytes);
  if (problem !== null) return `what was joined is damaged: ${problem}`;
  if (count !== frames) return `${count} frames were joined of ${frames}`;
  const [whole, cut] = [run(trace.bytes, 'findings').text, run(trace.bytes, 'findings', 1 + random.below(99)).text];
  return whole === cut ? null : `chunks change what was joined: ${difference(cut, whole)}`;
}

function looksPacked([a, b]: Uint8Array): boolean {
  return (a === 0x1f && b === 0x8b) || (a === 0x28 && b === 0xb5) || (a === 0x04 && b === 0x22);
}

function framesIn(file: Uint8Array): { count: number; problem: string | null } {
  const reader = createReader();
  const frame = new Frame();
  let count = 0;
  reader.write(file);
  while (reader.next(frame)) count++;
  reader.end();
  while (reader.next(frame)) count++;
  return { count, problem: reader.info.problems[0]?.reason ?? null };
}
