import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder, run } from '../cli/run.ts';

/** What is written, in the eyes of Wireshark: only where tshark is installed. */
const there = spawnSync('tshark', ['--version']).status === 0;

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const folder = new Folder();
afterAll(() => folder.remove());

/** Some of everything: losses, windows, resets, both address families, ICMP. */
const captures = [
  'incident.pcapng',
  ...readdirSync(join(FIXTURES, 'kernel'))
    .filter((name) => name.endsWith('.pcap'))
    .filter((_, i) => i % 60 === 0)
    .map((name) => `kernel/${name}`),
];

/** tshark's fields, a line a packet, in two passes; and what it complains of. */
function tshark(file: string, filter: string, ...fields: string[]): { lines: string[]; complaints: string } {
  const argv = ['-2', '-r', file, '-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
  const { stdout, stderr } = spawnSync('tshark', argv, { encoding: 'utf8', maxBuffer: 1 << 28 });
  const complaints = stderr.replaceAll(/^.*(Running as user|This could be dangerous).*\n/gm, '').trim();
  return { lines: stdout.trim().split('\n'), complaints };
}

const LABELS = [
  'retransmission',
  'fast_retransmission',
  'spurious_retransmission',
  'out_of_order',
  'lost_segment',
  'ack_lost_segment',
  'duplicate_ack',
  'zero_window',
  'zero_window_probe',
  'zero_window_probe_ack',
  'window_full',
  'window_update',
  'keep_alive',
  'keep_alive_ack',
].map((label) => `tcp.analysis.${label}`);

describe.skipIf(!there).each(captures)('%s', { timeout: 120_000 }, (name) => {
  const capture = join(FIXTURES, name);

  test('annotated: opens without a complaint, frame for frame, with the findings at their frames', async () => {
    const out = folder.at('annotated.pcapng');
    expect((await run(['annotate', capture, '-o', out])).code).toBe(0);
    const before = tshark(capture, 'frame', 'frame.number', 'frame.time_epoch', 'frame.len', 'tcp.seq_raw');
    const after = tshark(out, 'frame', 'frame.number', 'frame.time_epoch', 'frame.len', 'tcp.seq_raw');
    expect(after.complaints).toBe('');
    expect(after.lines).toEqual(before.lines);
    const { findings } = JSON.parse((await run([capture, '-f', 'json'])).stdout);
    const comments = tshark(out, 'frame.comment', 'frame.number', 'frame.comment').lines.join('\n');
    for (const { rule } of findings.filter(({ frames }: { frames: { count: number } }) => frames.count > 0)) {
      expect(comments).toContain(`tcplint: ${rule}`);
    }
  });

  test('a stream of it: opens without a complaint, and its labels are those it had', async () => {
    const out = folder.at('stream.pcapng');
    expect((await run(['extract', capture, '--stream', '1', '-o', out])).code).toBeLessThan(3);
    const streams = spawnSync('tshark', ['-r', capture, '-Y', 'tcp.stream eq 1', '-T', 'fields', '-e', 'frame.number']);
    if (streams.stdout.length === 0) return;
    const before = tshark(capture, 'tcp.stream eq 1 and not icmp and not icmpv6', 'frame.time_epoch', ...LABELS);
    const after = tshark(out, 'tcp and not icmp and not icmpv6', 'frame.time_epoch', ...LABELS);
    expect(after.complaints).toBe('');
    expect(after.lines).toEqual(before.lines);
  });

  test('anonymous: opens without a complaint, and says the same', async () => {
    const out = folder.at('anonymous.pcapng');
    expect((await run(['extract', capture, '--anonymize', '--key', 'x', '-o', out])).code).toBe(0);
    expect(tshark(out, 'frame', 'frame.number').complaints).toBe('');
    expect(await analysed(out)).toEqual(await analysed(capture));
  });
});

/** Rows and flows, without addresses and names, and without what reads payload or captured lengths. */
async function analysed(capture: string): Promise<unknown> {
  const packets = (await run(['packets', capture, '-f', 'ndjson'])).stdout;
  const flows = (await run(['flows', capture, '-f', 'ndjson'])).stdout;
  const rows = flows
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ client, server, findings = [], ...rest }) => ({
      ...rest,
      ports: [client.port, server.port],
      findings: findings.filter((rule: string) => !['retransmission-differs', 'bad-checksum'].includes(rule)),
    }));
  return { packets, rows };
}
