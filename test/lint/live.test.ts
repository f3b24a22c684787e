import { expect, it } from 'vitest';
import { resolveConfig } from '../../lib/lint/config.ts';
import { LiveLinter } from '../../lib/lint/live.ts';
import { createLinter } from '../../lib/lint/runtime.ts';
import { defineRule } from '../../lib/rules/rule.ts';
import { capture, connection, endpoint } from './facts.ts';

const meta = {
  id: 'trouble',
  family: 'loss',
  scope: 'connection',
  summary: '',
  why: '',
  likelyCauses: [],
  nextSteps: [],
  references: [],
  severity: 'warning',
  options: {},
  needs: [],
  falsePositives: [],
} as const;

/** On every connection whose client has an odd port. */
const TROUBLE = defineRule({
  meta,
  connection: ({ connection, client, firstFrame, start, end }) =>
    client.port % 2 === 0
      ? null
      : {
          confidence: 'high',
          message: `trouble on ${connection}.`,
          frames: [firstFrame],
          start,
          end,
          impact: {},
          evidence: {},
        },
});

const numbered = (number: number, client: string, clientPort: number) =>
  connection({ connection: number, firstFrame: 10 * number + 1, client: endpoint(client, clientPort) });

it('tells each finding once, of connections that have ended and of those that have not, and leaves the linter as it is', () => {
  const linter = createLinter(resolveConfig({}, [TROUBLE]));
  const live = new LiveLinter(linter);
  const [ended, healthy, alive, elsewhere] = [
    numbered(0, '10.0.0.1', 1),
    numbered(1, '10.0.0.1', 2),
    numbered(2, '10.0.0.1', 3),
    numbered(3, '10.0.0.9', 5),
  ];
  const step = (...living: (typeof ended)[]) =>
    live
      .step((tell) => {
        for (const each of living) tell(each);
        return capture();
      })
      .map(({ connections }) => connections);
  linter.connection(ended);
  linter.connection(healthy);
  expect(step()).toEqual([[0]]);
  expect(step()).toEqual([]);
  // Of the same client and service: nothing new.
  expect(step(alive)).toEqual([]);
  // That it is not one client alone is new, and told once.
  expect(step(alive, elsewhere)).toEqual([[0, 2, 3]]);
  expect(step(alive, elsewhere)).toEqual([]);
  linter.connection(alive);
  expect(step(elsewhere)).toEqual([]);
  expect(linter.finish(capture()).findings.map(({ connections }) => connections)).toEqual([[0, 2]]);
});
