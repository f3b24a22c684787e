import { describe, expect, test } from 'vitest';
import { render as compact } from '../../lib/report/lint/compact.ts';
import { render as html } from '../../lib/report/lint/html.ts';
import { render as jsonDocument } from '../../lib/report/lint/json.ts';
import { render as junit } from '../../lib/report/lint/junit.ts';
import { render as markdown } from '../../lib/report/lint/markdown.ts';
import { render as ndjson } from '../../lib/report/lint/ndjson.ts';
import { render as pretty } from '../../lib/report/lint/pretty.ts';
import { PLAIN_PAGE } from '../../lib/report/page.ts';
import { capture } from '../lint/facts.ts';
import { finding, report } from './sample.ts';

const PAGE = { ...PLAIN_PAGE, unicode: true };

describe('pretty', () => {
  test('says what, where, why and what to do, and ends with one line', () => {
    expect(pretty(report([finding()]), PAGE)).toBe(`\
warning  Server 10.0.0.2:80 advertised a zero window for 1.25 s through 3 probes
         while client 10.0.0.1:40000 had data to send; at least 14.6 kB waited.
         #1 zero-window-stall · at 1.500000 s · 5 frames from 12
         evidence  stall 1.25 s, probes 3, waiting 14.6 kB, ended by window
         cause     The receiving program is too slow, blocked, or in a long
                   pause such as garbage collection.
         next      On the receiver: \`ss -tnm\` shows a full receive queue
                   (Recv-Q).
         filter    tcp.stream eq 0

1 warning in 100 packets, 10 connections, 60 s · test.pcap
`);
  });

  test('a clean capture is one line', () => {
    expect(pretty(report([]), PLAIN_PAGE)).toBe('ok nothing found in 100 packets, 10 connections, 60 s - test.pcap\n');
  });

  test('of a selection it says which: nothing found there is not nothing at all', () => {
    const text = pretty(report([]), { ...PLAIN_PAGE, selection: 'host 10.0.0.9' });
    expect(text).toBe('ok nothing found where host 10.0.0.9 in 100 packets, 10 connections, 60 s - test.pcap\n');
  });

  test('the quality of the capture comes first where it limits the judgement', () => {
    const doubt = finding({ id: 2, rule: 'capture-one-sided', message: 'One direction is missing.' });
    const text = pretty(report([finding({ severity: 'error' }), doubt]), PAGE);
    expect(text.indexOf('One direction is missing.')).toBeLessThan(text.indexOf('Server 10.0.0.2:80'));
  });

  test('causes and next steps are told once, and many findings of a rule are counted', () => {
    const many = Array.from({ length: 500 }, (_, i) => finding({ id: i + 1, message: `Finding ${i}.` }));
    const text = pretty(report(many), PAGE);
    expect(text.match(/garbage/g)).toHaveLength(1);
    expect(text).toContain('492 more of zero-window-stall: --format compact lists them all');
    expect(text.split('\n').length).toBeLessThan(45);
  });

  test('what else a family of rules finds on the same connections is told with the worst of it', () => {
    const worst = finding({ severity: 'error', rule: 'zero-window-stall', message: 'A stall.' });
    const lesser = finding({ id: 2, rule: 'window-limited', message: 'A limit.' });
    const text = pretty(report([worst, lesser]), PAGE);
    expect(text).toContain(
      '         filter    tcp.stream eq 0\n         also      #2 window-limited, warning: A limit.\n\n1 error',
    );
    const dear = { ...lesser, severity: 'error', impact: { seconds: 60 } } as const;
    expect(pretty(report([worst, dear]), PAGE)).toMatch(
      /^error {4}A limit\.[\s\S]*also {6}#1 zero-window-stall, error: A stall\.\n\n2 err/,
    );
    for (const other of [{ connections: [0, 1] }, { rule: 'syn-unanswered' }, { connections: [] }]) {
      expect(pretty(report([worst, { ...lesser, ...other }]), PAGE)).toContain('\n\nwarning  A limit.\n');
    }
    const several = [capture(), capture({ path: 'other.pcap' })];
    expect(pretty(report([worst, lesser], several), PAGE)).toContain('also      window-limited, warning: A limit.');
    const elsewhere = { ...lesser, capture: 'other.pcap' };
    expect(pretty(report([worst, elsewhere], several), PAGE)).toContain('\n\nwarning  A limit.\n');
  });

  test('nothing from a capture controls the terminal', () => {
    const hostile = finding({ message: 'Server \u001b[2J\u202eevil', filter: 'x\u0007', likelyCauses: ['\u009b'] });
    const text = pretty(report([hostile], [capture({ path: '\u001b]0;x\u0007.pcap' })]), PAGE);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });

  test('colour changes nothing but colour', () => {
    const coloured = pretty(report([finding()]), { ...PAGE, colour: 1 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(pretty(report([finding()]), PAGE));
    expect(coloured).not.toBe(pretty(report([finding()]), PAGE));
  });

  test('keeps to the width, ASCII only where the locale asks for it', () => {
    const text = pretty(report([finding({ message: 'A wait of 20 µs → nothing.' })]), { ...PLAIN_PAGE, width: 60 });
    expect(text).toMatch(/^[\n\x20-\x7e]+$/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});

test('compact is a line per finding', () => {
  expect(compact(report([finding()]), PLAIN_PAGE)).toBe(
    'test.pcap:12: warning: Server 10.0.0.2:80 advertised a zero window for 1.25 s through 3 probes while client 10.0.0.1:40000 had data to send; at least 14.6 kB waited. [zero-window-stall]\n',
  );
});

test('what names no frame is about the whole capture, at no time', () => {
  const nowhere = { first: 0, last: 0, count: 0, examples: [] };
  const unmet = report([finding({ rule: 'syn-unanswered', frames: nowhere, message: 'Unmet.', filter: '' })]);
  const page = { ...PAGE, failOn: 'warning', directory: '/' } as const;
  expect(pretty(unmet, PAGE)).toContain('#1 syn-unanswered · the whole capture\n');
  expect(compact(unmet, PAGE)).toBe('test.pcap: warning: Unmet. [syn-unanswered]\n');
  expect(junit(unmet, page)).toContain('>warning: Unmet. (the whole capture)</failure>');
  expect(markdown(unmet, page)).toContain('| warning | `syn-unanswered` |  |  | Unmet. |');
  expect(markdown(unmet, page)).toContain('`test.pcap`, the whole capture, high confidence');
  expect(html(unmet, page)).toContain('<code>test.pcap</code>, the whole capture, high confidence</p>');
});

test('evidence keeps to a narrow page', () => {
  const waits = finding({ evidence: { retryIntervalsSeconds: [1.03, 2.02, 4.16] }, message: 'So.', nextSteps: [] });
  const lines = pretty(report([waits]), { ...PAGE, width: 40 }).split('\n');
  expect(lines.filter((line) => line.length > 40).filter((line) => !line.includes('packets'))).toEqual([]);
});

test('json is the contract’s document', () => {
  const document = JSON.parse(jsonDocument(report([finding()])));
  expect(Object.keys(document)).toEqual(['schemaVersion', 'tool', 'captures', 'rules', 'findings', 'summary']);
  expect(Object.keys(document.captures[0])).toEqual([
    'path',
    'format',
    'compression',
    'packets',
    'segments',
    'connections',
    'start',
    'end',
    'vantage',
    'problems',
  ]);
  expect(Object.keys(document.findings[0])).toEqual([
    'id',
    'rule',
    'severity',
    'confidence',
    'message',
    'capture',
    'connections',
    'streams',
    'endpoints',
    'frames',
    'start',
    'end',
    'lowerBound',
    'impact',
    'evidence',
    'likelyCauses',
    'nextSteps',
    'filter',
    'docs',
    'fingerprint',
  ]);
  expect(document.findings[0].start).toBe('1700000001.500000000');
  expect(document.rules.at(-1)).toMatchObject({ id: 'window-limited', skipped: expect.stringContaining('one side') });
});

test('ndjson carries the same findings, a line each', () => {
  const both = report([finding(), finding({ id: 2 })]);
  const lines = ndjson(both).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(jsonDocument(both)).findings);
});
