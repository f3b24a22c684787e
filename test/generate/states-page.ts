import { STATE_NAMES } from '../../lib/facts/state.ts';
import { CAUSES } from '../../lib/tcp/state/events.ts';
import { ROWS } from '../../lib/tcp/state/transitions.ts';

/** docs/states.md, drawn from the rows of the state table. */
export function statesPage(): string {
  const name = (state: number) => STATE_NAMES[state]!;
  const arrows = new Map<string, string[]>();
  for (const [from, event, to] of ROWS) {
    if (from === to) continue;
    const arrow = `${name(from)} --> ${name(to)}`;
    arrows.set(arrow, [...(arrows.get(arrow) ?? []), CAUSES[event]!]);
  }
  const drawing = [...arrows].map(([arrow, causes]) => `    ${arrow}: ${causes.join(' or ')}`);
  const rows = ROWS.map(
    ([from, event, to, clause]) => `| ${name(from)} | ${CAUSES[event]} | ${from === to ? '–' : name(to)} | ${clause} |`,
  );
  return [
    '# The states of an endpoint',
    '',
    'Generated from `lib/tcp/state/transitions.ts` (`npm run docs`).',
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...drawing,
    '```',
    '',
    '| from | event | to | clause |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
