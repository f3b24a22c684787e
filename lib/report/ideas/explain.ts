import { hanging, wrap } from '../layout/wrap.ts';
import { openPage, type PageOptions } from '../page.ts';
import type { Idea } from './idea.ts';
import { IDEAS } from './index.ts';

/** An idea for a reader at a terminal. `rules` are the ids of the rules there are: others are not named. */
export function explainIdea(idea: Idea, rules: ReadonlySet<string>, options: PageOptions): string {
  const page = openPage({ ...options, width: Math.min(options.width, 90) });
  const known = idea.rules.filter((id) => rules.has(id));
  const more = (title: string, texts: readonly string[]): string[] =>
    texts.length === 0 ? [] : [hanging(title.padEnd(12), texts.join(', '), page.width, page.ink.dim)];
  const blocks = [
    wrap(page.text(idea.summary), page.width)
      .map((line) => page.ink.bold(line))
      .join('\n'),
    page.ink.cyan(idea.diagram.replace(/^\n/, '')),
    ...idea.text.map((paragraph) => wrap(page.text(paragraph), page.width).join('\n')),
    [...more('rules', known), ...more('see also', idea.see), ...more('source', idea.references)].join('\n'),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** What there is to explain besides rules. */
export function ideaList(options: PageOptions): string {
  const page = openPage(options);
  const width = Math.max(...IDEAS.map(({ id }) => id.length)) + 2;
  return IDEAS.map(
    ({ id, summary }) => `${hanging(`  ${id.padEnd(width)}`, page.text(summary), page.width, page.ink.bold)}\n`,
  ).join('');
}
