import { expect, test } from 'vitest';
import { STATE_NAMES } from '../../lib/facts/state.ts';
import { explainIdea } from '../../lib/report/ideas/explain.ts';
import { findIdea, IDEAS, topicKey } from '../../lib/report/ideas/index.ts';
import { PLAIN_PAGE } from '../../lib/report/page.ts';
import { RULES } from '../../lib/rules/index.ts';

test('every name leads to one idea', () => {
  const names = IDEAS.flatMap(({ id, aliases }) => [id, ...aliases]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(names.filter((name) => topicKey(name) !== name)).toEqual([]);
});

test('every state is taught', () => {
  for (const name of STATE_NAMES) {
    expect(findIdea(name)?.state).toBe(name);
  }
});

test.each([
  'three-way handshake',
  'why three',
  'TFO',
  'SYN queue',
  'accept_queue',
  'SYN flood',
  'four-way close',
  'TIME_WAIT',
  '2MSL',
  'half-close',
  'Nagle',
  'slow start',
  'sticky packets',
  'RST',
  'netstat',
  'MSS',
  'checksum',
  'zero window',
  'keepalive',
])('%s is found', (topic) => {
  expect(findIdea(topic)).toBeDefined();
});

test.each(IDEAS.map((idea) => [idea.id, idea] as const))('%s is whole', (_, idea) => {
  expect(idea.diagram).toMatch(/^[\n\x20-\x7e]+$/);
  expect(Math.max(...idea.diagram.split('\n').map((line) => line.length))).toBeLessThanOrEqual(79);
  expect(idea.text.length).toBeGreaterThan(0);
  expect(idea.references.filter((reference) => !/^RFC \d+( \d+(\.\d+)*)?$/.test(reference))).toEqual([]);
  expect(idea.references.length).toBeGreaterThan(0);
  expect(idea.see.filter((id) => !IDEAS.some((other) => other.id === id))).toEqual([]);
});

test('an explanation keeps to its width and names only rules that exist', () => {
  const text = explainIdea(findIdea('CLOSE_WAIT')!, new Set(['close-wait-lingering']), PLAIN_PAGE);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(text).toMatch(/^rules +close-wait-lingering$/m);
});

test('the rules that ideas point at exist', () => {
  const ids = new Set(RULES.map(({ meta }) => meta.id));
  expect(IDEAS.flatMap(({ rules }) => rules.filter((id) => !ids.has(id)))).toEqual([]);
});
