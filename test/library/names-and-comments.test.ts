import { describe, expect, test } from 'vitest';
import { Frame } from '../../lib/capture/frame.ts';
import { createReader } from '../../lib/capture/open.ts';
import { PcapngWriter } from '../../lib/capture/writer.ts';
import { type AnalyzeOptions, analyze } from '../../lib/index.ts';
import { UNANSWERED } from '../cli/run.ts';
import { assemble } from '../scripts/assemble.ts';

/** A script as pcapng, with names, comments on its frames, and on its section. */
function pcapng(
  script: string,
  {
    names = {},
    onFrames = {},
    onSection = [],
  }: {
    names?: { readonly [address: string]: string };
    onFrames?: { readonly [frame: number]: string };
    onSection?: readonly string[];
  },
): Uint8Array {
  const reader = createReader();
  const parts: Uint8Array[] = [];
  reader.write(assemble(script));
  const frame = new Frame();
  let writer: PcapngWriter | null = null;
  while (reader.next(frame)) {
    if (writer === null) {
      writer = new PcapngWriter((bytes) => parts.push(bytes.slice()), {
        interfaces: reader.info.interfaces,
        comments: onSection,
      });
      writer.names(new Map(Object.entries(names)));
    }
    const comment = onFrames[frame.number];
    frame.comments = comment === undefined ? null : [comment];
    writer.frame(frame);
  }
  writer!.end();
  return Buffer.concat(parts);
}

const named = pcapng(UNANSWERED, { names: { '10.0.0.2': 'from-capture' } });

async function unanswered(bytes: Uint8Array, options: AnalyzeOptions = {}) {
  const { findings } = await analyze(bytes, options);
  return findings.find(({ rule }) => rule === 'syn-unanswered')!;
}

describe('names', () => {
  test('of the capture stand beside addresses, in facts and in findings', async () => {
    const { connections, findings } = await analyze(named);
    expect(connections[0]!.server).toMatchObject({ address: '10.0.0.2', name: 'from-capture' });
    expect(connections[0]!.client).not.toHaveProperty('name');
    expect(findings[0]!.message).toContain('10.0.0.2:80 (from-capture)');
  });

  test('of the configuration win, and the language of selections knows them', async () => {
    const config = { names: { '10.0.0.2': 'api' }, expect: [{ where: 'host api', atMost: 0 }] };
    const { findings } = await analyze(named, { config });
    expect(findings[0]!.message).toBe('Expected at most 0 connections where host api; the capture shows 1.');
    expect(findings[1]!.message).toContain('10.0.0.2:80 (api)');
  });

  test('are what findings go by: another address under the same name is the same finding', async () => {
    const elsewhere = assemble(UNANSWERED.replaceAll('10.0.0.2', '10.9.9.9').replaceAll('10.0.0.1', '10.9.9.8'));
    const names = { '10.0.0.0/8': 'containers' };
    const before = await unanswered(assemble(UNANSWERED), { config: { names } });
    const after = await unanswered(elsewhere, { config: { names } });
    expect(after.fingerprint).toBe(before.fingerprint);
    expect((await unanswered(elsewhere)).fingerprint).not.toBe((await unanswered(assemble(UNANSWERED))).fingerprint);
  });
});

describe('comments in the capture', () => {
  const commented = pcapng(UNANSWERED, {
    onFrames: { 1: 'tcplint-ignore syn-unanswered: the filter is meant' },
    onSection: ['tcplint-ignore connection-refused: nothing listens in the lab'],
  });
  const rulesOf = async (options: AnalyzeOptions) =>
    (await analyze(commented, options)).findings.map(({ rule }) => rule);

  test('take findings back only where that is allowed', async () => {
    expect(await rulesOf({})).toEqual(['syn-unanswered', 'connection-refused']);
    expect(await rulesOf({ allowInline: true })).toEqual([]);
  });

  test('are counted in any case', async () => {
    expect((await analyze(commented)).summary.suppressed).toBe(0);
    const { summary, suppressions } = await analyze(commented, { allowInline: true });
    expect(summary).toMatchObject({ error: 0, warning: 0, suppressed: 2 });
    expect(suppressions).toEqual([
      {
        capture: 'capture',
        rule: 'syn-unanswered',
        reason: 'the filter is meant',
        frame: 1,
        honoured: true,
        findings: 1,
      },
      {
        capture: 'capture',
        rule: 'connection-refused',
        reason: 'nothing listens in the lab',
        frame: null,
        honoured: true,
        findings: 1,
      },
    ]);
    expect((await analyze(assemble(UNANSWERED))).summary).not.toHaveProperty('suppressed');
  });
});
