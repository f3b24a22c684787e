import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { CLOSE_WAIT, Folder, HEALTHY, run, UNANSWERED } from '../cli/run.ts';
import { SCHEMAS } from './schemas.ts';

const DOCS = join(import.meta.dirname, '../../docs/schema');
const ajv = new Ajv2020.default({ allErrors: true, strict: true, allowUnionTypes: true });
const validators = Object.fromEntries(Object.entries(SCHEMAS).map(([file, schema]) => [file, ajv.compile(schema)]));

const folder = new Folder();
const captures = [
  folder.script('healthy.pcap', HEALTHY),
  folder.script('unanswered.pcap', UNANSWERED),
  folder.script('close-wait.pcap', CLOSE_WAIT),
  folder.write('cut.pcap', readFileSync(folder.script('whole.pcap', HEALTHY)).subarray(0, -5)),
];
afterAll(() => folder.remove());

function valid(file: string, value: unknown): void {
  validators[file]!(value);
  expect(validators[file]!.errors ?? []).toEqual([]);
}

// `npm run docs` (vitest -u) writes them anew.
test.each(Object.entries(SCHEMAS))('docs/schema/%s is up to date', async (file, schema) => {
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(join(DOCS, file));
});

describe.each(['lint', 'packets', 'timeline', 'flows', 'services', 'netstat'])('%s', (command) => {
  test('json is as its schema says, for one capture and for several', async () => {
    for (const paths of [...captures.map((path) => [path]), captures]) {
      const { stdout } = await run([command, ...paths, '-f', 'json', '--capture-end', '1900000000']);
      valid(`${command}.json`, JSON.parse(stdout));
    }
  });

  test('so are the lines of ndjson', async () => {
    const { $defs, ...head } = SCHEMAS[`${command}.json`] as { $defs: Record<string, object>; $schema: string };
    const [row] = Object.keys($defs);
    const line = ajv.compile({ $schema: head.$schema, $defs, $ref: `#/$defs/${row}` });
    const { stdout } = await run([command, ...captures, '-f', 'ndjson']);
    for (const each of stdout.trimEnd().split('\n')) {
      line(JSON.parse(each));
      expect(line.errors ?? []).toEqual([]);
    }
  });
});

test('packets --explain', async () => {
  const { stdout } = await run(['packets', ...captures, '--frame', '2', '--explain', '-f', 'json']);
  const document = JSON.parse(stdout);
  valid('packets-explain.json', document);
  expect(document.explanations.length).toBeGreaterThan(1);
  expect((await run(['packets', captures[0]!, '--frame', '99', '--explain'])).code).toBe(2);
  expect((await run(['packets', captures[0]!, '--explain'])).code).toBe(2);
});

test('follow', async () => {
  const recording = new URL('../../fixtures/kernel/content_loss.server.pcap', import.meta.url).pathname;
  for (const args of [[], ['--segments']]) {
    const { stdout } = await run(['follow', recording, '--stream', '0', '-f', 'json', ...args]);
    valid('follow.json', JSON.parse(stdout));
    const lines = (await run(['follow', recording, '--stream', '0', '-f', 'ndjson', ...args])).stdout
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(stdout).events);
  }
});

test('netstat --every', async () => {
  for (const paths of [captures.slice(0, 1), captures]) {
    const { stdout } = await run(['netstat', ...paths, '--every', '10ms', '-f', 'json']);
    valid('netstat-counts.json', JSON.parse(stdout));
  }
});

test('compare, and compare --taps', async () => {
  const [healthy, unanswered] = captures as [string, string];
  valid('compare.json', JSON.parse((await run(['compare', healthy, unanswered, '-f', 'json'])).stdout));
  const incident = new URL('../../fixtures/incident.pcapng', import.meta.url).pathname;
  valid('compare.json', JSON.parse((await run(['compare', incident, healthy, '-f', 'json'])).stdout));
  const taps = ['client', 'server'].map(
    (end) => new URL(`../../fixtures/taps/nat.${end}.pcap`, import.meta.url).pathname,
  );
  valid('compare-taps.json', JSON.parse((await run(['compare', '--taps', ...taps, '-f', 'json'])).stdout));
});

test('rules', async () => {
  valid('rules.json', JSON.parse((await run(['rules', '-f', 'json'])).stdout));
});

test('a baseline', async () => {
  const file = folder.at('baseline.json');
  await run([...captures, '--baseline', file, '--update-baseline']);
  valid('baseline.json', JSON.parse(readFileSync(file, 'utf8')));
});

test('a field that nobody announced is an error', () => {
  const report = { schemaVersion: '1.0', tool: { name: 'tcplint', version: '1' }, packets: [], captures: [], extra: 1 };
  expect(validators['packets.json']!(report)).toBe(false);
});
