import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { createReader } from '../../lib/capture/open.ts';
import type { CaptureInterface } from '../../lib/capture/reader.ts';
import { PcapngWriter } from '../../lib/capture/writer.ts';
import { readAll } from '../capture/read.ts';
import { CLOSE_WAIT, Folder, HEALTHY, run, UNANSWERED } from '../cli/run.ts';
import { type Bytes, be16, bytes, ethernet, type FrameParts, frameOf, ipv4, tcp } from '../packet/build.ts';

const folder = new Folder();
afterAll(() => folder.remove());

const read = (path: string) => readAll(new Uint8Array(readFileSync(path)), undefined, createReader());
const times = (path: string) => read(path).frames.map(({ time }) => time);

const INTERFACES: readonly CaptureInterface[] = [
  { linkType: 1, snapLength: 0, name: 'eth7' },
  { linkType: 101, snapLength: 0, name: 'tun3' },
];

/** A pcapng file of frames, each told with its comments. */
function pcapng(name: string, frames: readonly (readonly [Bytes, FrameParts?, string?])[]): string {
  const chunks: Bytes[] = [];
  const writer = new PcapngWriter((chunk) => chunks.push(chunk.slice()), {
    interfaces: INTERFACES,
    comments: ['taken in the cellar'],
  });
  writer.names(new Map([['203.0.113.77', 'cellar.example']]));
  for (const [i, [packet, parts, comment]] of frames.entries()) {
    const frame = frameOf(packet, { time: 1_700_000_000 + i, ...parts });
    frame.comments = comment === undefined ? null : [comment];
    writer.frame(frame);
  }
  writer.statistics(0, { seconds: 1_700_000_100, nanos: 5 }, 3);
  writer.end();
  return folder.write(name, bytes(...chunks));
}

const there = { source: '203.0.113.77', destination: '198.51.100.33' };
const back = { source: there.destination, destination: there.source };
const payload = Uint8Array.from({ length: 96 }, () => 0x55);
const syn = tcp({ srcPort: 4000, dstPort: 80, seq: 99, ack: 0, flags: 2 });
const answer = tcp({ srcPort: 80, dstPort: 4000, seq: 500, ack: 100, flags: 0x12 });
const data = tcp({ srcPort: 4000, dstPort: 80, seq: 100, ack: 501, flags: 0x18, payload });
const part = (start: number, end: number): Bytes =>
  ethernet(ipv4(data.slice(start, end), { ...there, id: 9, fragmentOffset: start, moreFragments: end < data.length }));
const other = ethernet(ipv4(tcp({ srcPort: 4001, dstPort: 80, seq: 7, flags: 2 }), there));
const unreachable = (quote: Bytes): Bytes =>
  ethernet(
    ipv4(bytes(3, 4, 0, 0, 0, 0, be16(1280), quote.subarray(0, 28)), { ...back, protocol: 1, source: '192.0.2.254' }),
  );

const mixed = pcapng('mixed.pcapng', [
  [ethernet(ipv4(syn, there)), {}, 'it begins'],
  [other],
  [ethernet(ipv4(answer, back))],
  [part(0, 56)],
  [part(56, data.length)],
  [unreachable(ipv4(data, there))],
  [unreachable(ipv4(tcp({ srcPort: 4001, dstPort: 80, seq: 7, flags: 2 }), there))],
  [ipv4(tcp({ srcPort: 4001, dstPort: 80, seq: 8, flags: 4 }), there), { linkType: 101, interface: 1 }],
]);

describe('extract', () => {
  test.each([
    ['--stream', '0'],
    ['--connection', '0'],
    ['--where', 'client port 4000'],
  ])('%s takes fragments and ICMP errors along, and nothing else', async (...selection) => {
    const out = folder.at('part.pcapng');
    const { code, stdout, stderr } = await run(['extract', mixed, ...selection, '-o', out]);
    expect({ code, stdout, stderr }).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('5 frames'),
    });
    const { frames, info } = read(out);
    const original = read(mixed);
    const meant = [1, 3, 4, 5, 6].map((number) => original.frames[number - 1]!);
    expect(frames.map(({ bytes: each, time, comments }) => ({ each, time, comments }))).toEqual(
      meant.map(({ bytes: each, time, comments }) => ({ each, time, comments })),
    );
    expect(info).toMatchObject({
      comments: ['taken in the cellar'],
      names: original.info.names,
      dropped: 3,
      endSeconds: 1_700_000_100,
      endNanos: 5,
    });
    expect(info.interfaces[0]!.name).toBe('eth7');
  });

  test('--where takes the packets that meet it', async () => {
    const out = folder.at('syns.pcap');
    expect((await run(['extract', mixed, '--where', 'flag SYN', '-f', `pcap=${out}`])).code).toBe(0);
    expect(read(out).info.format).toBe('pcap (nanoseconds)');
    expect(times(out).length).toBeGreaterThanOrEqual(3);
  });

  test('--finding takes the connections that it is about', async () => {
    const capture = folder.script('unanswered.pcap', UNANSWERED);
    const report = JSON.parse((await run([capture, '-f', 'json'])).stdout);
    const finding = report.findings.find(({ rule }: { rule: string }) => rule === 'syn-unanswered');
    const out = folder.at('finding.pcapng');
    expect((await run(['extract', capture, '--finding', String(finding.id), '-o', out])).code).toBe(0);
    expect(read(out).frames).toHaveLength(4);
    // Expectations that are not met have numbers too.
    const config = folder.write('expecting.json', JSON.stringify({ expect: [{ where: 'port 9', atLeast: 1 }] }));
    const expecting = JSON.parse((await run([capture, '-f', 'json', '--config', config])).stdout);
    const again = expecting.findings.find(({ rule }: { rule: string }) => rule === 'syn-unanswered');
    expect(again.id).toBe(finding.id + 1);
    const options = ['--finding', String(again.id), '--config', config];
    expect((await run(['extract', capture, ...options, '-o', folder.at('again.pcapng')])).code).toBe(0);
    expect(read(folder.at('again.pcapng')).frames).toHaveLength(4);
    const none = await run(['extract', capture, '--finding', '99', '-o', folder.at('none.pcapng')]);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no finding 99') });
  });

  test('a pcap of several link types is refused, and nothing is left', async () => {
    const ran = await run(['extract', mixed, '--format', 'pcap', '-o', folder.at('several.pcap')]);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(/link types 1 and 101 need pcapng/) });
    expect(readdirSync(folder.path).filter((name) => name.startsWith('several'))).toEqual([]);
  });

  test.each([
    ['what nothing matches', ['--stream', '77'], /no frame is what you asked for/],
    ['a key for nothing', ['--key', 'x'], /--key is for --anonymize/],
  ])('2 for %s, and nothing is left', async (_, options, line) => {
    const ran = await run(['extract', mixed, ...options, '-o', folder.at('nothing.pcapng')]);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(line) });
    expect(readdirSync(folder.path).filter((name) => name.startsWith('nothing'))).toEqual([]);
  });

  test.each(['extract', 'annotate'])('%s refuses standard input, terminals and what is no capture', async (command) => {
    expect(await run([command, '-'])).toMatchObject({ code: 2, stderr: expect.stringContaining('twice') });
    expect(await run([command, mixed], { tty: true })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--output'),
    });
    for (const path of [folder.write('text.pcap', 'no capture at all, this is text\n'), folder.at('missing.pcap')]) {
      const ran = await run([command, path, '-o', folder.at('refused.pcapng')]);
      expect(ran.code).toBe(2);
      expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    }
    expect(readdirSync(folder.path).filter((name) => name.startsWith('refused'))).toEqual([]);
  });

  test('a damaged capture is copied up to the damage, which is told', async () => {
    const whole = readFileSync(mixed);
    const cut = folder.write('cut.pcapng', new Uint8Array(whole.subarray(0, whole.length - 150)));
    const { code, stderr } = await run(['extract', cut, '-o', folder.at('rest.pcapng')]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/\(offset \d+\)/);
    expect(read(folder.at('rest.pcapng')).frames.length).toBeGreaterThan(4);
    const packed = folder.write('cut.pcapng.gz', new Uint8Array(gzipSync(whole).subarray(0, -9)));
    const copied = await run(['extract', packed, '-o', folder.at('unpacked.pcapng')]);
    expect(copied.stderr).toContain('the gzip data end early (offset');
  });
});

describe('extract --anonymize', () => {
  const holds = (path: string, text: string) => readFileSync(path).includes(text, 0, 'latin1');

  test('leaves names, comments, interfaces and payload out', async () => {
    const out = folder.at('anonymous.pcapng');
    expect((await run(['extract', mixed, '--anonymize', '-o', out])).code).toBe(0);
    for (const word of ['cellar', 'begins', 'eth7', 'UUUU', '\u00cb\u0000\u0071\u004d']) {
      expect(holds(mixed, word)).toBe(true);
      expect(holds(out, word)).toBe(false);
    }
    expect(times(out)).toEqual(times(mixed));
  });

  test('the same key gives the same capture, no key another each time', async () => {
    const written = async (...options: string[]) => {
      const out = folder.at('keyed.pcapng');
      await run(['extract', mixed, '--anonymize', ...options, '-o', out]);
      return readFileSync(out).toString('hex');
    };
    expect(await written('--key', 'one')).toBe(await written('--key', 'one'));
    expect(await written('--key', 'one')).not.toBe(await written('--key', 'two'));
    expect(await written()).not.toBe(await written());
  });

  test.each([
    ['healthy', HEALTHY],
    ['unanswered', UNANSWERED],
    ['close-wait', CLOSE_WAIT],
  ])('%s: analysis says the same', async (name, script) => {
    const capture = folder.script(`${name}.pcap`, script);
    const out = folder.at(`${name}.anonymous.pcapng`);
    await run(['extract', capture, '--anonymize', '-o', out]);
    for (const command of ['timeline', 'packets']) {
      const rows = async (path: string) =>
        (await run([command, path, '-f', 'ndjson'])).stdout.replace(/"address":"[^"]*"/g, '');
      expect(await rows(out)).toBe(await rows(capture));
    }
    const rules = async (path: string) =>
      JSON.parse((await run([path, '-f', 'json'])).stdout).findings.map(
        ({ rule, frames }: { rule: string; frames: unknown }) => ({ rule, frames }),
      );
    expect(await rules(out)).toEqual(await rules(capture));
  });
});

describe('annotate', () => {
  test('puts findings where they show, beside the comments there were', async () => {
    const capture = folder.script('to-annotate.pcap', UNANSWERED);
    const out = folder.at('annotated.pcapng');
    expect((await run(['annotate', capture, '-o', out])).code).toBe(0);
    const { frames, info } = read(out);
    expect(frames.map(({ bytes: each }) => each)).toEqual(read(capture).frames.map(({ bytes: each }) => each));
    expect(frames[0]!.comments![0]).toMatch(/^tcplint: syn-unanswered \(warning.*\): Server 10\.0\.0\.2:80 /);
    expect(info.comments[0]).toMatch(/^tcplint: \d+ findings?$/);
    await run(['annotate', mixed, '-o', out]);
    expect(read(out).frames[0]!.comments![0]).toBe('it begins');
    expect(read(out).info.comments[0]).toBe('taken in the cellar');
  });

  test('a file may be annotated in its place', async () => {
    const capture = folder.script('in-place.pcap', UNANSWERED);
    const before = read(capture).frames.length;
    expect((await run(['annotate', capture, '-o', capture])).code).toBe(0);
    expect(read(capture).frames).toHaveLength(before);
    expect(read(capture).info.format).toBe('pcapng');
  });
});
