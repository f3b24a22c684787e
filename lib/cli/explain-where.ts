import { hanging, wrap } from '../report/layout/wrap.ts';
import { openPage, type PageOptions } from '../report/page.ts';
import { WHERE_HELP, whereConditions } from '../select/help.ts';

/** The language of `--where` for a reader at a terminal. */
export function explainWhere(options: PageOptions): string {
  const page = openPage({ ...options, width: Math.min(options.width, 100) });
  const { intro, examples, notes } = WHERE_HELP;
  const lines = [
    ...wrap(intro, page.width),
    '',
    ...examples.map((example) => page.ink.cyan(`  --where '${example}'`)),
    '',
    ...whereConditions().flatMap(({ usage, summary }) => [
      hanging('  ', usage, page.width, page.ink.bold),
      hanging('      ', summary, page.width),
    ]),
    '',
    ...notes.map((note) => hanging('- ', note, page.width)),
  ];
  return `${lines.join('\n')}\n`;
}
