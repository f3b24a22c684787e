import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RECORDINGS } from '../kernel/truth.ts';
import { type Gathered, gather } from './gather.ts';

/** What a poorer tap would have made of a good recording: each stream is held against the whole one. */

const HEADER = 24;
const RECORD = 16;
const ETHERNET = 14;

interface Taken {
  readonly time: number;
  readonly bytes: Uint8Array;
  readonly payload: number;
  readonly fromServer: boolean;
}

function read(name: string): { head: Uint8Array; records: Taken[] } {
  const file = new Uint8Array(readFileSync(new URL(name, RECORDINGS)));
  const view = new DataView(file.buffer, file.byteOffset);
  const records: Taken[] = [];
  for (let at = HEADER; at < file.length; ) {
    const length = view.getUint32(at + 8, true);
    const bytes = file.subarray(at + RECORD, at + RECORD + length);
    const ip = view.getUint16(at + RECORD + ETHERNET + 2);
    const tcp = at + RECORD + ETHERNET + 20;
    const payload = ip - 20 - (view.getUint8(tcp + 12) >> 4) * 4;
    const time = view.getUint32(at, true) * 1e6 + view.getUint32(at + 4, true);
    records.push({ time, bytes, payload, fromServer: view.getUint16(tcp) === 8080 });
    at += RECORD + length;
  }
  return { head: file.subarray(0, HEADER), records };
}

function write(head: Uint8Array, records: readonly Taken[], snapLength = 1 << 18): Uint8Array {
  const parts = records.map(({ time, bytes }) => {
    const kept = bytes.subarray(0, snapLength);
    const record = new Uint8Array(RECORD + kept.length);
    const view = new DataView(record.buffer);
    view.setUint32(0, Math.floor(time / 1e6), true);
    view.setUint32(4, time % 1e6, true);
    view.setUint32(8, kept.length, true);
    view.setUint32(12, bytes.length, true);
    record.set(kept, RECORD);
    return record;
  });
  return Uint8Array.from([...head, ...parts.flatMap((part) => [...part])]);
}

/** Where there are bytes they are the right ones, and holes take the place of the others. */
function expectPartOf(stream: Gathered, whole: Gathered): void {
  expect(stream.end.offset).toBe(whole.bytes.length);
  for (const { offset, bytes } of stream.parts) {
    expect(Buffer.compare(bytes, whole.bytes.subarray(offset, offset + bytes.length))).toBe(0);
  }
}

describe.each(['content_loss.server.pcap', 'content_reordered.middle.pcap', 'content_small_writes.client.pcap'])(
  '%s',
  (name) => {
    const { head, records } = read(name);
    const wholes = gather(write(head, records));
    const streamOf = (streams: readonly Gathered[], { from }: Gathered) => streams.find((each) => each.from === from)!;

    it('is whole as it was recorded', () => {
      expect(wholes.map(({ holes }) => holes)).toEqual([[], []]);
    });

    it('has holes that were not captured, where the tap lost packets that arrived', () => {
      let number = 0;
      const lossy = gather(
        write(
          head,
          records.filter(({ payload }) => payload === 0 || number++ % 9 !== 4),
        ),
      );
      let missing = 0;
      for (const whole of wholes) {
        const stream = streamOf(lossy, whole);
        expectPartOf(stream, whole);
        expect(stream.holes.every(({ cause }) => cause === 'not_captured')).toBe(true);
        missing += stream.end.missing;
      }
      expect(missing).toBeGreaterThan(1000);
    });

    it('has holes of the snap length, where packets were cut', () => {
      const cut = gather(write(head, records, 200));
      for (const whole of wholes) {
        const stream = streamOf(cut, whole);
        expectPartOf(stream, whole);
        expect(stream.holes.length).toBeGreaterThan(0);
        expect(stream.holes.every(({ cause }) => cause === 'snap_length')).toBe(true);
      }
    });

    it('is whole from a tap that sees one direction', () => {
      for (const whole of wholes) {
        const own = records.filter(({ fromServer }) => fromServer === (whole.from === 'server'));
        const [stream, ...others] = gather(write(head, own));
        expect(others).toEqual([]);
        expectPartOf(stream!, whole);
        expect([stream!.holes, stream!.end.unacknowledged]).toEqual([[], null]);
      }
    });

    it.each([50_000, -50_000, 2_000_000])('is whole where the clocks of two taps differ by %s µs', (skew) => {
      const skewed = records
        .map((record) => (record.fromServer ? { ...record, time: record.time + skew } : record))
        .sort((a, b) => a.time - b.time);
      for (const whole of wholes) {
        const stream = streamOf(gather(write(head, skewed)), whole);
        expectPartOf(stream, whole);
        expect(stream.holes).toEqual([]);
      }
    });
  },
);
