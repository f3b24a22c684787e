import type { RowFormat } from '../format.ts';
import { hanging } from '../layout/wrap.ts';
import { openPage, type PageOptions } from '../page.ts';
import { connectionHeading } from './heading.ts';
import type { Story } from './story.ts';

/** Every state change of both endpoints, connection by connection. */
export function open(options: PageOptions): RowFormat<Story> {
  const page = openPage(options);
  const timeWidth = options.timeFormat === 'relative' ? 13 : 27;
  let separator = '';
  return {
    head: () => '',
    row({ facts }, origin) {
      const lines = facts.timeline.map((change) => {
        const time = page.time(change.time, origin.start).padStart(timeWidth);
        const frame = change.frame === null ? '' : `frame ${change.frame}`;
        const doubt = change.certainty === 'observed' ? '' : ` ${page.ink.dim('(inferred)')}`;
        const label = `${time}  ${change.endpoint}  ${change.state.padEnd(12)}  ${frame.padEnd(10)}  `;
        return hanging(label, change.cause + doubt, page.width);
      });
      const text = [`${separator}${connectionHeading(facts, page, origin)}`, ...lines, ''].join('\n');
      separator = '\n';
      return text;
    },
    tail: () => '',
  };
}
