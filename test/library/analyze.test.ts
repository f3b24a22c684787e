import { afterAll, describe, expect, expectTypeOf, test } from 'vitest';
import {
  type Analysis,
  AnalysisError,
  Analyzer,
  after,
  analyze,
  type ConnectionFacts,
  compare,
  createLinter,
  defineRule,
  type Finding,
  type Moment,
  type PacketRow,
  RULES,
  resolveConfig,
  type Severity,
  services,
  sockets,
} from '../../lib/index.ts';
import { Folder, HEALTHY, run, UNANSWERED } from '../cli/run.ts';
import { assemble } from '../scripts/assemble.ts';

const folder = new Folder();
const path = folder.script('unanswered.pcap', UNANSWERED);
afterAll(() => folder.remove());

/** A rule of a user's own: connections to a port that nobody should use any more. */
const noTelnet = defineRule({
  meta: {
    id: 'no-telnet',
    family: 'protocol',
    scope: 'connection',
    summary: 'Somebody connected to the old port.',
    why: 'It is switched off soon.',
    likelyCauses: [],
    nextSteps: [],
    references: [],
    severity: 'error',
    options: { port: { default: 80, unit: 'count', description: 'The old port.' } },
    needs: [],
    falsePositives: [],
  },
  connection(facts, options) {
    expectTypeOf(options.port).toEqualTypeOf<number>();
    return facts.server.port !== options.port
      ? null
      : {
          confidence: 'high',
          message: `${facts.client.address} connected to port ${options.port}.`,
          frames: [facts.firstFrame],
          start: facts.start,
          end: facts.end,
          impact: {},
          evidence: {},
        };
  },
});

describe('analyze', () => {
  test('a file, its bytes and pieces of them give the same', async () => {
    const bytes = assemble(UNANSWERED);
    const pieces = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
    const name = 'same';
    const fromFile = await analyze(path, { name });
    expect(await analyze(bytes, { name })).toEqual(fromFile);
    expect(await analyze(pieces, { name })).toEqual(fromFile);
    expect(fromFile.findings.map(({ rule }) => rule)).toEqual(['syn-unanswered', 'connection-refused']);
    expect(fromFile.connections).toHaveLength(2);
  });

  test('asserts on a recorded capture', async () => {
    const { findings, connections } = await analyze(assemble(HEALTHY));
    expect(findings).toEqual([]);
    expect(connections[0]!.client.spells.map(({ state }) => state)).toContain('TIME_WAIT');
  });

  test('runs rules of the user’s own, with their options', async () => {
    const own = { rules: [noTelnet] };
    const { findings } = await analyze(path, own);
    expect(findings[0]).toMatchObject({ rule: 'no-telnet', severity: 'error' });
    const elsewhere = { ...own, config: { rules: { 'no-telnet': ['on', { port: 23 }] } } } as const;
    expect((await analyze(path, elsewhere)).findings.map(({ rule }) => rule)).not.toContain('no-telnet');
  });

  test('hands out packets and connections', async () => {
    const frames: number[] = [];
    const numbers: number[] = [];
    const { connections } = await analyze(path, {
      keepConnections: false,
      onPacket: ({ frame }) => frames.push(frame),
      onConnection: ({ connection }) => numbers.push(connection),
    });
    expect(frames).toEqual([1, 2, 3, 4, 5, 6]);
    expect(numbers).toEqual([0, 1]);
    expect(connections).toEqual([]);
  });

  test('throws what it cannot do, in one line', async () => {
    await expect(analyze('nowhere.pcap')).rejects.toThrow('nowhere.pcap: no such file');
    await expect(analyze('nowhere.pcap')).rejects.toBeInstanceOf(AnalysisError);
    await expect(analyze(new Uint8Array(0))).rejects.toThrow(/^capture: .+ \(offset 0\)$/);
    const config = { rules: { 'syn-unansered': 'off' } } as const;
    await expect(analyze(path, { config })).rejects.toThrow('did you mean "syn-unanswered"');
  });

  test('damage is a finding, not an exception', async () => {
    const { findings } = await analyze(assemble(HEALTHY).subarray(0, -5));
    expect(findings.map(({ rule }) => rule)).toContain('capture-truncated');
  });
});

describe('what is made of an analysis is what the commands print', () => {
  const incident = new URL('../../fixtures/incident.pcapng', import.meta.url).pathname;
  const printed = async (...argv: string[]) => JSON.parse((await run([...argv, '-f', 'json'])).stdout);

  test('services', async () => {
    const rows = services(await analyze(incident));
    const told = (await printed('services', incident)).services;
    expect(told).toMatchObject(rows.map(({ server, connections, findings }) => ({ server, connections, findings })));
  });

  test.each([[{}], [{ at: 12.5, hosts: ['10.91.251.22'] }]] as { at?: number; hosts?: string[] }[][])(
    'sockets %j',
    async ({ at, hosts } = {}) => {
      const analysis = await analyze(incident);
      const moment = at === undefined ? {} : { at: after(analysis.capture.start!, at) };
      const table = sockets(analysis, { ...moment, ...(hosts === undefined ? {} : { hosts }) })!;
      const argv = [
        ...(at === undefined ? [] : ['--at', `${at}s`]),
        ...(hosts ?? []).flatMap((each) => ['--host', each]),
      ];
      const told = (await printed('netstat', incident, ...argv)).sockets;
      expect(told).toHaveLength(table.sockets.length);
      expect(told).toMatchObject(table.sockets.map(({ peer, state, connection }) => ({ peer, state, connection })));
    },
  );

  test('compare', async () => {
    const [one, other] = [await analyze(path), await analyze(incident)];
    const told = await printed('compare', path, incident);
    expect(told.summary).toEqual(compare(one, other).summary);
    expect(compare(one, one).summary.worse).toBe(0);
  });
});

test('the parts can be put together by hand', () => {
  const linter = createLinter(resolveConfig({}, RULES));
  const analyzer = new Analyzer({ wake: linter.wake, onConnection: linter.connection });
  analyzer.write(assemble(UNANSWERED));
  const { findings } = linter.finish(analyzer.end());
  expect(findings).toHaveLength(2);
});

test('types say what they hold', () => {
  expectTypeOf<Analysis['findings']>().toEqualTypeOf<readonly Finding[]>();
  expectTypeOf<Analysis['connections'][number]>().toEqualTypeOf<ConnectionFacts>();
  expectTypeOf<Finding['severity']>().toEqualTypeOf<Severity>();
  expectTypeOf<Finding['start']>().toEqualTypeOf<Moment>();
  expectTypeOf<PacketRow['from']>().toEqualTypeOf<'client' | 'server'>();
  expectTypeOf(analyze)
    .parameter(0)
    .toEqualTypeOf<string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>>();
});
