import type { ConnectionFacts } from '../../facts/connection.ts';
import type { RowFormat } from '../format.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { socket } from '../phrases.ts';
import type { StateChangeRow } from '../shape/state-change.ts';

/** Every state change of both endpoints, connection by connection. */
export function open(options: PageOptions): RowFormat<StateChangeRow> {
  const page = openPage(options);
  let told: ConnectionFacts | null = null;
  const timeWidth = options.timeFormat === 'relative' ? 13 : 27;
  return {
    head: () => '',
    row({ facts, change }, origin) {
      const heading = facts === told ? '' : `${told === null ? '' : '\n'}${connectionHeading(facts, page)}\n`;
      told = facts;
      const time = page.time(change.time, origin.start).padStart(timeWidth);
      const frame = change.frame === null ? '' : `frame ${change.frame}`;
      const doubt = change.certainty === 'observed' ? '' : page.ink.dim(' (inferred)');
      const text = `${time}  ${change.endpoint}  ${change.state.padEnd(12)}  ${frame.padEnd(10)}  ${change.cause}${doubt}`;
      return `${heading}${text}\n`;
    },
    tail: () => '',
  };
}

/** `connection 3 · stream 3 · client 10.0.0.1:40000 → server 10.0.0.2:80`. */
export function connectionHeading(facts: ConnectionFacts, page: Page): string {
  const { client, server } = facts;
  const end = (side: typeof client): string =>
    page.text(socket(side.address, side.port) + (side.name === undefined ? '' : ` (${side.name})`));
  const streams = `stream${facts.streams.length > 1 ? 's' : ''} ${facts.streams.join(', ')}`;
  const guess = facts.roleConfidence === 'guessed' ? ' (roles guessed)' : '';
  const ends = `client ${end(client)} ${page.glyph.to} server ${end(server)}${guess}`;
  const tunnel = facts.tunnel === null ? [] : [page.text(facts.tunnel)];
  const parts = [page.ink.bold(`connection ${facts.connection}`), streams, ends, ...tunnel];
  return parts.join(` ${page.glyph.dot} `);
}
