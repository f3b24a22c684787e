import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { PcapngWriter } from '../../lib/capture/writer.ts';
import { type Bytes, bytes, ethernet, frameOf, ipv4, tcp } from '../packet/build.ts';
import { Folder, HEALTHY, run } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());

/** Segments with words in them: who, where in its stream, what, and how many bytes of the other end it acknowledges. */
type Line = readonly [from: 'client' | 'server', offset: number, words: string | Uint8Array, acked: number];

function conversation(name: string, lines: readonly Line[], { sport = 40000, client = '10.0.0.1' } = {}): string {
  const chunks: Bytes[] = [];
  const writer = new PcapngWriter((chunk) => chunks.push(chunk.slice()), {
    interfaces: [{ linkType: 1, snapLength: 0, name: 'eth0' }],
    comments: [],
  });
  const [up, down] = [
    { source: client, destination: '10.0.0.2' },
    { source: '10.0.0.2', destination: client },
  ];
  const packets = [
    ipv4(tcp({ srcPort: sport, dstPort: 80, seq: 999, flags: 0x02 }), up),
    ipv4(tcp({ srcPort: 80, dstPort: sport, seq: 4999, ack: 1000, flags: 0x12 }), down),
    ...lines.map(([from, offset, words, acked]) => {
      const payload = typeof words === 'string' ? new TextEncoder().encode(words) : words;
      return from === 'client'
        ? ipv4(tcp({ srcPort: sport, dstPort: 80, seq: 1000 + offset, ack: 5000 + acked, flags: 0x18, payload }), up)
        : ipv4(tcp({ srcPort: 80, dstPort: sport, seq: 5000 + offset, ack: 1000 + acked, flags: 0x18, payload }), down);
    }),
  ];
  for (const [i, packet] of packets.entries()) {
    writer.frame(frameOf(ethernet(packet), { time: 1_700_000_000 + i / 4 }));
  }
  writer.end();
  return folder.write(name, bytes(...chunks));
}

const polite = conversation('polite.pcapng', [
  ['client', 0, 'HELO there\r\n', 0],
  ['server', 0, '250 caf\u00e9 ', 12],
  ['server', 10, 'open\r\n', 12],
  ['client', 12, 'QUIT\r\n', 16],
  ['server', 16, '', 18],
]);

const rough = conversation('rough.pcapng', [
  ['client', 0, 'first,', 0],
  ['client', 12, 'third', 0],
  ['client', 6, 'secnd,', 0],
  ['client', 6, 'SECND,', 0],
  ['client', 30, 'more', 0],
  ['server', 0, '', 34],
]);

test('text: what both ends said, in turns', async () => {
  const { code, stdout, stderr } = await run(['follow', polite, '--stream', '0']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(`connection 0 - stream 0 - client 10.0.0.1:40000 -> server 10.0.0.2:80

> client 0.500000 s, frame 3
HELO there

< server 0.750000 s, frame 4
250 caf\u00e9 open

> client 1.250000 s, frame 6
QUIT

client: 18 bytes, still open at the end of the capture

server: 16 bytes, still open at the end of the capture
`);
});

test('text: order is restored, holes and other content are told', async () => {
  const { stdout } = await run(['follow', rough, '--connection', '0']);
  expect(stdout).toContain(`first,secnd,third
[client: frame 6 repeats frame 5 with 5 bytes changed at 6: "secnd" came again
as "SECND"; the stream has the first]
`);
  expect(stdout).toContain('[client: 13 bytes missing at 17: acknowledged, but not in the capture]');
  expect(stdout).toMatch(/\nmore\n\nclient: 34 bytes, still open at the end of the capture, 13 bytes missing\n$/);
  expect((await run(['follow', rough, '--connection', '0', '--overlaps', 'last'])).stdout).toContain(
    'first,SECND,third',
  );
});

test('text: nothing hostile reaches a terminal', async () => {
  const hostile = Uint8Array.from([0x1b, 0x5b, 0x32, 0x4a, 0x9b, 0x07, 0x0d, 0x41, 0xe2, 0x80, 0xae, 0xff, 0xc3]);
  const path = conversation('hostile.pcapng', [
    ['client', 0, hostile, 0],
    ['client', 13, Uint8Array.from([0xa9, 0x0a]), 0],
  ]);
  const { stdout } = await run(['follow', path, '--stream', '0'], { tty: true });
  expect(stdout).toContain('\\x1b[2J\\x9b\\x07\\x0dA\\u{202e}\\xff\u00e9\n');
  for (const args of [[], ['-f', 'hex'], ['--segments'], ['-f', 'json'], ['-f', 'ndjson']]) {
    const text = (await run(['follow', path, '--stream', '0', ...args, '--no-color'], { tty: true })).stdout;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  }
});

test('hex: sixteen bytes to a row, by offset', async () => {
  const { stdout } = await run(['follow', polite, '--stream', '0', '-f', 'hex', '--direction', 'server']);
  expect(stdout).toContain(`
< server 0.750000 s, frame 4
00000000  32 35 30 20 63 61 66 c3  a9 20 6f 70 65 6e 0d 0a  |250 caf.. open..|
`);
  const both = await run(['follow', rough, '--stream', '0', '-f', 'hex']);
  expect(both.stdout).toContain('0000001e  6d 6f 72 65 ');
  expect(both.stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
});

describe('raw', () => {
  test('is the bytes of one side and nothing else, to a pipe or a file', async () => {
    const piped = await run(['follow', polite, '--stream', '0', '-f', 'raw', '--direction', 'client']);
    expect([piped.code, piped.stdout, piped.stderr]).toEqual([0, 'HELO there\r\nQUIT\r\n', '']);
    const file = folder.at('raw.bin');
    await run(['follow', polite, '--stream', '0', '-f', 'raw', '--direction', 'server', '-o', file]);
    expect(readFileSync(file, 'utf8')).toBe('250 caf\u00e9 open\r\n');
  });

  test('makes no byte up: holes are told on standard error', async () => {
    const { stdout, stderr } = await run(['follow', rough, '--stream', '0', '-f', 'raw', '--direction', 'client']);
    expect(stdout).toBe('first,secnd,thirdmore');
    expect(stderr).toBe(`tcplint: ${rough}: 13 bytes missing at 17: acknowledged, but not in the capture\n`);
  });

  test('of a capture full of holes tells the first ones', async () => {
    const path = new URL('../../fixtures/kernel/snap_lengths.snap68.pcap', import.meta.url).pathname;
    const { stderr } = await run(['follow', path, '--stream', '0', '-f', 'raw', '--direction', 'server']);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[0]).toContain('cut off by the snap length');
    expect(lines[10]).toMatch(/: \d+ more holes$/);
  });

  test('stands beside other formats', async () => {
    const file = folder.at('beside.bin');
    const both = ['-f', `raw=${file}`, '-f', 'ndjson', '--direction', 'client'];
    const { stdout } = await run(['follow', polite, '--stream', '0', ...both]);
    expect(readFileSync(file, 'utf8')).toBe('HELO there\r\nQUIT\r\n');
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  test('does not go to a terminal by mistake, nor without a direction', async () => {
    const asked = ['follow', polite, '--stream', '0', '-f', 'raw'];
    expect(await run(asked)).toMatchObject({ code: 2, stderr: expect.stringContaining('add --direction') });
    const tty = await run([...asked, '--direction', 'client'], { tty: true });
    expect([tty.code, tty.stdout]).toEqual([2, '']);
    expect((await run([...asked, '--direction', 'client', '-o', '-'], { tty: true })).code).toBe(0);
    expect((await run([...asked, '--direction', 'client', '--segments'])).code).toBe(2);
  });
});

test('--segments: how the stream was cut, what came late, twice or with other content', async () => {
  const { stdout } = await run(['follow', rough, '--stream', '0', '--segments']);
  expect(stdout).toBe(`connection 0 - stream 0 - client 10.0.0.1:40000 -> server 10.0.0.2:80

  frame        time       gap from       offset  bytes cut  what is odd
      3    0.500000           client          0      6 push
      4    0.750000    250 ms client         12      5 push 6 missing before
      5    1.000000    250 ms client          6      6 push late by 250 ms
        client: frame 6 repeats frame 5 with 5 bytes changed at 6: "secnd" came
        again as "SECND"; the stream has the first
      6    1.250000    250 ms client          6      6 push seen before, 5 with other content
      7    1.500000    250 ms client         30      4 push 13 missing before
        client: 13 bytes missing at 17: acknowledged, but not in the capture

client: 34 bytes, still open at the end of the capture, 13 bytes missing; 5
segments and 4 pushes
`);
  const wide = await run(['follow', rough, '--stream', '0', '--segments'], { tty: true, columns: 120 });
  expect(wide.stdout).toContain('begins with');
});

test('--max-bytes: the first of each direction', async () => {
  const { stdout } = await run(['follow', polite, '--stream', '0', '--max-bytes', '4']);
  expect(stdout).toContain('HELO\n');
  expect(stdout).toContain('250 \n');
  expect(stdout).toContain('client: 18 bytes, still open at the end of the capture, 14 bytes not shown');
});

test('which connection is meant must be said, and there must be one', async () => {
  expect(await run(['follow', polite])).toMatchObject({ code: 2, stderr: expect.stringContaining('--stream N') });
  const none = await run(['follow', polite, '--stream', '7']);
  expect([none.code, none.stderr]).toEqual([2, `tcplint: ${polite}: no stream 7 (the highest is 0)\n`]);
  const where = await run(['follow', polite, '--where', 'port 80', '--direction', 'client']);
  expect(where.stdout).toContain('HELO there');
  const silent = folder.script(
    'silent.pcap',
    'client 10.0.0.1:40000 -> server 10.0.0.2:80\n0 > S 0:0(0)\n+0.1 < R. 0:0(0) ack 1\n',
  );
  expect((await run(['follow', silent, '--stream', '0'])).stderr).toBe(`tcplint: ${silent}: it carried no payload\n`);
});

test('a damaged capture is followed up to the damage', async () => {
  const whole = readFileSync(folder.script('whole.pcap', HEALTHY));
  const path = folder.write('cut.pcap', whole.subarray(0, -5));
  const { code, stdout, stderr } = await run(['follow', path, '--stream', '0', '-f', 'ndjson']);
  expect(code).toBe(0);
  expect(stderr).toContain('cut.pcap: ');
  expect(stdout.trimEnd().split('\n').length).toBeGreaterThan(2);
});

test('several captures, and captures joined', async () => {
  const both = await run(['follow', polite, rough, '--stream', '0', '-f', 'ndjson', '--direction', 'client']);
  const names = new Set(
    both.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).capture),
  );
  expect([...names]).toEqual([polite, rough]);
  const joined = await run(['follow', polite, rough, '--join', '--connection', '0', '-f', 'ndjson']);
  expect(joined.code).toBe(0);
  expect(joined.stdout).not.toContain('"capture":');
});

test('lint tells of other content only where it is asked to', async () => {
  expect((await run([rough])).stdout).not.toContain('retransmission-differs');
  const { code, stdout } = await run([rough, '--preset', 'security']);
  expect(code).toBe(1);
  expect(stdout).toContain('retransmission-differs');
  const flows = await run(['flows', rough, '--rule', 'retransmission-differs', '-f', 'ndjson']);
  expect(JSON.parse(flows.stdout).findings).toContain('retransmission-differs');
});

describe('extract --payload', () => {
  test('writes a file for each direction, and a list of them', async () => {
    const out = folder.at('streams');
    const { code, stderr } = await run(['extract', rough, '--payload', out]);
    expect([code, stderr]).toEqual([0, `tcplint: ${rough}: 21 bytes of 1 stream written, 13 bytes missing\n`]);
    const name = '000000.client.10.0.0.1-40000.10.0.0.2-80.bin';
    expect(readdirSync(out).sort()).toEqual([name, 'streams.ndjson']);
    expect(readFileSync(`${out}/${name}`, 'utf8')).toBe('first,secnd,thirdmore');
    expect(JSON.parse(readFileSync(`${out}/streams.ndjson`, 'utf8'))).toEqual({
      file: name,
      connection: 0,
      stream: 0,
      from: 'client',
      client: { address: '10.0.0.1', port: 40000 },
      server: { address: '10.0.0.2', port: 80 },
      midstream: false,
      bytes: 21,
      length: 34,
      missing: 13,
      holes: [{ offset: 17, length: 13, cause: 'not_captured' }],
      repeated: 6,
      differences: 1,
      by: 'capture',
      unacknowledged: 0,
    });
  });

  test('names files of IPv6 connections without colons', async () => {
    const out = folder.at('six');
    await run([
      'extract',
      new URL('../../fixtures/kernel/content_damaged_v6.middle.pcap', import.meta.url).pathname,
      '--payload',
      out,
    ]);
    const names = readdirSync(out);
    expect(names).toHaveLength(3);
    expect(names.every((name) => /^[\w.-]+$/.test(name))).toBe(true);
  });

  test('writes what is selected, into an empty folder only', async () => {
    const out = folder.at('chosen');
    await run(['extract', polite, '--payload', out, '--where', 'port 81']);
    expect(readFileSync(`${out}/streams.ndjson`, 'utf8')).toBe('');
    const again = await run(['extract', polite, '--payload', out]);
    expect([again.code, again.stderr]).toEqual([2, `tcplint: ${out}: is not empty\n`]);
    mkdirSync(folder.at('empty'));
    expect((await run(['extract', polite, '--payload', folder.at('empty'), '--stream', '0'])).code).toBe(0);
    expect(existsSync(`${folder.at('empty')}/000000.server.10.0.0.1-40000.10.0.0.2-80.bin`)).toBe(true);
    expect((await run(['extract', polite, '--payload', out, '--anonymize'])).code).toBe(2);
  });
});
