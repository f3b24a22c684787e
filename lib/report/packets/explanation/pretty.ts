import type { Explanation } from '../../../facts/explanation.ts';
import type { RowFormat } from '../../format.ts';
import { hanging } from '../../layout/wrap.ts';
import { openPage, type PageOptions } from '../../page.ts';

const MOST_COLUMNS = 100;

/** The stages under their headings, a line for everything that one found. */
export function open(options: PageOptions): RowFormat<Explanation> {
  const page = openPage(options);
  const width = Math.min(page.width, MOST_COLUMNS);
  return {
    head: () => '',
    row({ frame, stages }, { path, several }) {
      const names = stages.flatMap(({ entries }) => entries.map(({ name }) => page.text(name).length));
      const column = Math.max(...names) + 2;
      const parts = stages.map(({ stage, entries }) => {
        const lines = entries.map(({ name, text }) =>
          hanging(`  ${page.text(name).padEnd(column)}`, page.text(text), width, (label) => page.ink.dim(label)),
        );
        return [page.ink.bold(stage === 'frame' ? `frame ${frame}` : stage), ...lines].join('\n');
      });
      const title = several ? `${page.text(path)}\n` : '';
      return `${title}${parts.join('\n')}\n`;
    },
    tail: () => '',
  };
}
