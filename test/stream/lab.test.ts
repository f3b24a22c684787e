import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StreamEvent, StreamSegment } from '../../lib/facts/stream.ts';
import { RECORDINGS, type ReadTruth, type Truth, truths } from '../kernel/truth.ts';
import { type Gathered, gather } from './gather.ts';

/** Recordings whose programs kept account of what they read. */
const told = truths().filter(({ reads }) => reads !== undefined);

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The stream that a program read, in a capture. */
function streamOf(streams: readonly Gathered[], read: ReadTruth): Gathered | undefined {
  const from = read.by === 'client' ? 'server' : 'client';
  return streams.find(({ of, from: sender }) => sender === from && of.client.port === read.client[1]);
}

function reads({ reads }: Truth): readonly ReadTruth[] {
  return reads!.filter(({ bytes }) => bytes > 0);
}

it('there are recordings of every kind of trouble', () => {
  expect(told.length).toBeGreaterThanOrEqual(13);
});

describe.each(told.map((truth) => [truth.scenario, truth] as const))('%s', (_, truth) => {
  it.each(truth.captures.map((capture) => [capture.file, capture] as const))(
    '%s: what the programs read',
    (file, capture) => {
      const bytes = new Uint8Array(readFileSync(new URL(file, RECORDINGS)));
      const streams = gather(bytes);
      const midstream = truth.marks.some(([, what]) => what === 'capture starts');
      for (const read of reads(truth)) {
        // What the client said, it had said before the capture began.
        if (midstream && read.by === 'server') continue;
        const stream = streamOf(streams, read);
        expect(stream, `${read.by} read ${read.bytes} bytes`).toBeDefined();
        const got = stream!.bytes;
        if (!midstream) expect(stream!.holes).toEqual([]);
        expect(stream!.differences).toEqual([]);
        if (midstream) {
          // The end of what the program read; what had overtaken a lost packet before the capture began is not in it.
          const first = read.bytes - stream!.end.offset;
          expect(got.length).toBeGreaterThan(15_000);
          for (const { offset, bytes } of stream!.parts) {
            expect(digest(bytes)).toBe(digest(known(read, first + offset, bytes.length)));
          }
          expect(stream!.holes.every(({ cause, offset }) => cause === 'not_captured' && offset < 10_000)).toBe(true);
        } else if (read.ended) {
          expect([got.length, digest(got)]).toEqual([read.bytes, read.sha256]);
          expect(stream!.end.by).toBe('fin');
          expect(stream!.end.unacknowledged).toBe(0);
        } else {
          // Cut short by a reset: it read the beginning of what came, and that had been acknowledged.
          expect(digest(got.subarray(0, read.bytes))).toBe(read.sha256);
          expect(got.length - stream!.end.unacknowledged!).toBeGreaterThanOrEqual(read.bytes);
          expect(stream!.end.by).toBe('reset');
        }
      }
      // The same whatever the chunks are, and whichever copy counts, for copies are the same here.
      if (capture.point === 'middle') expect(comparable(gather(bytes, {}, 997))).toEqual(comparable(streams));
      expect(comparable(gather(bytes, { overlaps: 'last' }))).toEqual(comparable(streams));
    },
  );
});

it('of two small writes the second is held back until the first is acknowledged, beside the sender', () => {
  const heldAt = (file: string): StreamSegment[] => {
    const told: StreamEvent[] = [];
    gather(new Uint8Array(readFileSync(new URL(file, RECORDINGS))), { segments: true }, undefined, told);
    return told.filter((event) => event.kind === 'segment').filter(({ held }) => held);
  };
  const held = heldAt('nagle_delayed_ack.client.pcap');
  expect(held.map(({ from, offset }) => [from, offset])).toEqual(
    Array.from({ length: 14 }, (_, round) => ['client', 60 * round + 30]),
  );
  expect(heldAt('nagle_delayed_ack.server.pcap')).toEqual([]);
});

function comparable(streams: readonly Gathered[]): unknown {
  return streams.map(({ of, from, bytes, end }) => [of.connection, from, digest(bytes), end.by, end.offset]);
}

/** The lines that the programs of these recordings send (test/lab/scenarios/content.py). */
function known(read: ReadTruth, first: number, size: number): Uint8Array {
  const line = 23;
  const what = (read.by === 'client' ? 'server' : 'client').padEnd(6);
  let text = '';
  for (let number = Math.floor(first / line); number * line < first + size; number++) {
    text += `${what} line ${String(number).padStart(10, '0')}\n`;
  }
  return new TextEncoder().encode(text.slice(first % line, (first % line) + size));
}
