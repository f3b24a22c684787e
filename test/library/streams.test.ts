import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { AnalysisError, type CaptureFacts, type Source, type StreamEvent, streams } from '../../lib/index.ts';
import { Folder } from '../cli/run.ts';
import { RECORDINGS } from '../kernel/truth.ts';

const path = new URL('content_loss.server.pcap', RECORDINGS);
const bytes = new Uint8Array(readFileSync(path));
const folder = new Folder();
afterAll(() => folder.remove());

async function all(source: Source, options = {}): Promise<{ events: StreamEvent[]; capture: CaptureFacts }> {
  const events: StreamEvent[] = [];
  const reading = streams(source, options);
  for (;;) {
    const { done, value } = await reading.next();
    if (done) return { events, capture: value };
    events.push(value);
  }
}

function* cut(size: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('streams', () => {
  it('tells the same of a path, a compressed file, bytes, and bytes in pieces of any size', async () => {
    const { events, capture } = await all(path.pathname);
    expect(events.filter(({ kind }) => kind === 'end')).toHaveLength(2);
    expect(capture.segments).toBeGreaterThan(100);
    expect((await all(folder.write('packed.pcap.gz', gzipSync(bytes)))).events).toEqual(events);
    expect((await all(bytes)).events).toEqual(events);
    expect((await all(cut(1009))).events).toEqual(events);
  });

  it('tells how a compressed file ended', async () => {
    const { capture } = await all(folder.write('cut.pcap.gz', gzipSync(bytes).subarray(0, -9)));
    expect(capture).toMatchObject({ compression: 'gzip', problems: [{ reason: 'the gzip data end early' }] });
  });

  it('hands out bytes that stay what they were, whatever becomes of the source', async () => {
    const { events } = await all(bytes);
    const borrowed = Buffer.from(bytes);
    const again: StreamEvent[] = [];
    for await (const event of streams([borrowed])) again.push(event);
    borrowed.fill(0xee);
    expect(again).toEqual(events);
  });

  it('reads on only when what it told was taken', async () => {
    let given = 0;
    function* source(): Iterable<Uint8Array> {
      for (const piece of cut(4096)) {
        given++;
        yield piece;
      }
    }
    const reading = streams(source());
    await reading.next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const before = given;
    expect(before).toBeLessThan(4);
    for (let i = 0; i < 20; i++) await reading.next();
    expect(given).toBeGreaterThan(before);
    await reading.return({} as CaptureFacts);
    expect(given).toBeLessThan(bytes.length / 4096);
  });

  it('tells only of the connections that are meant', async () => {
    const asked: string[] = [];
    const { events } = await all(bytes, {
      wants({ connection, stream, client, server }: StreamEvent['of']) {
        asked.push(`${connection} ${stream} ${client.address} ${server.port}`);
        return false;
      },
    });
    expect(events).toEqual([]);
    expect(asked).toEqual([expect.stringMatching(/^0 0 10\.91\.\d+\.1 8080$/)]);
  });

  it('throws for what is no capture, and what is not there', async () => {
    await expect(all(new Uint8Array(100))).rejects.toThrow(AnalysisError);
    await expect(all('/nowhere/at/all.pcap')).rejects.toThrow('no such file');
    await expect(all('/nowhere/at/all.pcap')).rejects.toBeInstanceOf(AnalysisError);
  });
});
