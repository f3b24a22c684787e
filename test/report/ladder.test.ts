import { expect, test } from 'vitest';
import { Ladder, type Rung } from '../../lib/report/layout/ladder.ts';
import { runsOf } from '../../lib/report/layout/runs.ts';
import { segmentTexts } from '../../lib/report/layout/segment-texts.ts';
import { openPage, PLAIN_PAGE } from '../../lib/report/page.ts';

const rung = (time: string, texts: readonly string[] = ['ACK', 'ack 1', 'win 502']): Rung => ({
  kind: 'arrow',
  frame: '7',
  time,
  toRight: false,
  texts,
  left: null,
  right: 'ESTABLISHED',
  paint: null,
});

test.each([80, 200])('lines fit %i columns, with and without Unicode and colour', (width) => {
  for (const unicode of [false, true]) {
    for (const colour of [0, 1] as const) {
      const ladder = new Ladder(openPage({ ...PLAIN_PAGE, width, unicode, colour }), 11);
      const remark: Rung = { kind: 'remark', text: 'many words '.repeat(40).trim(), paint: (text) => text };
      const rungs = [
        rung('0.1'),
        rung('0.2', ['PSH 1234567890:1234569338(1448)', 'ack 1234567890', 'win 65536']),
        remark,
      ];
      for (const line of rungs.flatMap((each) => ladder.rung(each).split('\n'))) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
        const seen = line.replace(/\u001b\[\d+m/g, '');
        expect(seen.length).toBeLessThanOrEqual(width);
        expect(seen).toBe(seen.trimEnd());
      }
    }
  }
});

test('a date has a line of its own, and again when it changes', () => {
  const ladder = new Ladder(openPage(PLAIN_PAGE), 15);
  const lines = ['2026-11-21 23:59:59.900000Z', '2026-11-21 23:59:59.950000Z', '2026-11-22 00:00:00.100000Z'].flatMap(
    (time) => ladder.rung(rung(time)).split('\n'),
  );
  expect(lines.map((line) => line.slice(0, 52).trim())).toEqual([
    '2026-11-21 UTC',
    expect.stringMatching(/^7 23:59:59\.900000 .* <-/),
    expect.stringMatching(/^7 23:59:59\.950000 .* <-/),
    '2026-11-22 UTC',
    expect.stringMatching(/^7 00:00:00\.100000 .* <-/),
  ]);
});

test('ordinary steps run together, others and pauses end a run', () => {
  const steps = [1, 2, -3, 4, 5, 20, 21];
  expect(
    runsOf(
      steps,
      (n) => n > 0,
      (n, before) => n - before > 10,
    ),
  ).toEqual([[1, 2], [-3], [4, 5], [20, 21]]);
});

test('an arrow says what its segment is about', () => {
  const plain = { flags: ['ACK'], seq: 1, length: 0, ack: 1, window: '502', odd: false };
  expect(segmentTexts(plain)).toEqual(['ACK', 'ack 1', 'win 502']);
  expect(segmentTexts({ ...plain, odd: true })).toEqual(['ACK 1', 'ack 1', 'win 502']);
  expect(segmentTexts({ ...plain, flags: ['PSH', 'ACK'], length: 10 })).toEqual(['PSH 1:11(10)', 'ack 1', 'win 502']);
  expect(segmentTexts({ ...plain, flags: ['SYN', 'ACK'], seq: 0 })).toEqual(['SYN ACK 0', 'ack 1', 'win 502']);
  expect(segmentTexts({ ...plain, flags: ['RST'], ack: null, window: null })).toEqual(['RST 1']);
});
