import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../lib/engine/sources/input-error.ts';
import { join } from '../../lib/engine/sources/join.ts';
import * as make from '../capture/make.ts';
import { readAll } from '../capture/read.ts';
import fc from '../properties.ts';

const { BIG, LITTLE } = make;
const directory = mkdtempSync(joinPath(tmpdir(), 'join-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = joinPath(directory, name);
  writeFileSync(path, bytes);
  return path;
}

async function joined(paths: readonly string[]) {
  const parts: Uint8Array[] = [];
  let ended: unknown = 'not';
  const sink = {
    write: (chunk: Uint8Array) => parts.push(chunk.slice()),
    end: (problem: unknown) => (ended = problem),
  };
  const files = await join(paths, sink);
  return { files, ended, ...readAll(make.join(parts)) };
}

/** A classic capture with a packet of one byte, `mark`, at each of the times. */
function capture(mark: number, times: readonly number[], network = 1): Uint8Array {
  const records = times.map((seconds) =>
    make.pcapRecord(LITTLE, { seconds, fraction: 0, bytes: Uint8Array.of(mark), original: 9 }),
  );
  return make.join([make.pcapHeader(LITTLE, { network }), ...records]);
}

describe('join', () => {
  it('merges captures in order of time, the first given first', async () => {
    const times = fc.array(fc.nat(20), { maxLength: 12 }).map((list) => list.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(fc.array(times, { minLength: 1, maxLength: 5 }), async (captures) => {
        const paths = captures.map((list, i) => file(`merged${i}`, capture(i, list)));
        const { frames, files } = await joined(paths);
        const expected = captures
          .flatMap((list, i) => list.map((time) => [time, i] as const))
          .sort(([a, i], [b, j]) => a - b || i - j);
        expect(frames.map(({ time, bytes }) => [Number(time), bytes[0]])).toEqual(expected);
        expect(files.map((one) => one.frames)).toEqual(captures.map((list) => list.length));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps interfaces apart, and names, comments, flags and drops', async () => {
    const name = make.option(BIG, 1, make.join([Uint8Array.of(192, 0, 2, 1), make.text('host\0')]));
    const rich = make.join([
      make.sectionHeader(BIG, [make.option(BIG, 1, 'from afar')]),
      make.interfaceDescription(BIG, { options: [make.option(BIG, 2, 'eth0')] }),
      make.interfaceDescription(BIG, { linkType: 113, snapLength: 96, options: [make.option(BIG, 2, 'any')] }),
      make.enhancedPacket(BIG, {
        iface: 1,
        options: [make.option(BIG, 1, 'look here'), make.option(BIG, 2, [['u32', 1]])],
      }),
      make.block(BIG, 4, make.join([name, new Uint8Array(4)])),
      make.interfaceStatistics(BIG, 1, [make.option(BIG, 5, [['u64', 7n]])]),
    ]);
    const { frames, info, files } = await joined([
      file('plain', capture(1, [1_600_000_000, 1_800_000_000], 101)),
      file('rich', gzipSync(rich)),
    ]);
    expect(frames.map((frame) => [frame.interface, frame.linkType, frame.comments, frame.flags])).toEqual([
      [0, 101, null, 0],
      [2, 113, ['look here'], 1],
      [0, 101, null, 0],
    ]);
    expect(info.interfaces.map((one) => one.name)).toEqual([null, 'eth0', 'any']);
    expect(info.comments).toEqual(['from afar']);
    expect(Object.fromEntries(info.names)).toEqual({ '192.0.2.1': 'host' });
    expect(info.dropped).toBe(7);
    expect(files.map(({ format, compression }) => [format, compression])).toEqual([
      ['pcap', null],
      ['pcapng', 'gzip'],
    ]);
  });

  it('goes on after a damaged file, and tells of it', async () => {
    const cut = file('cut', capture(1, [1, 2, 3]).subarray(0, -1));
    const { frames, files, ended } = await joined([cut, file('whole', capture(2, [2, 9]))]);
    expect(frames.map(({ bytes }) => bytes[0])).toEqual([1, 1, 2, 2]);
    expect(files[0]?.problems).toMatchObject([{ kind: 'truncated' }]);
    expect(ended).toMatchObject({ kind: 'truncated', reason: `${cut}: cut short inside a packet: 16 bytes are left` });
  });

  it('opens a file when its time has come: many can be joined', async () => {
    const paths = Array.from({ length: 1500 }, (_, i) => file(`ring${i}`, capture(i & 0xff, [i, i])));
    const { frames, info } = await joined(paths.toReversed());
    expect(frames.map(({ time }) => Number(time))).toEqual(paths.flatMap((_, i) => [i, i]));
    expect(info.problems).toEqual([]);
  });

  it.each([
    ['standard input', () => '-', 'standard input can not be joined with files'],
    [
      'what is no capture',
      () => file('text', make.text('hello\n')),
      'text, not a capture (tcpdump -w and tshark -w write captures)',
    ],
    ['what is not there', () => joinPath(directory, 'gone'), 'no such file'],
  ])('refuses %s', async (_name, path, reason) => {
    const error = await joined([file('good', capture(1, [1])), path()]).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain(reason);
  });
});
