import type { ConnectionFacts } from '../../facts/connection.ts';
import type { Origin } from '../format.ts';
import { hanging } from '../layout/wrap.ts';
import type { Page } from '../page.ts';
import { at } from '../phrases.ts';

/** `connection 3 · stream 3 · client 10.0.0.1:40000 → server 10.0.0.2:80`. */
export function connectionHeading(facts: ConnectionFacts, page: Page, origin: Origin): string {
  const streams = `stream${facts.streams.length > 1 ? 's' : ''} ${facts.streams.join(', ')}`;
  const guess = facts.roleConfidence === 'guessed' ? ' (roles guessed)' : '';
  const ends = `client ${at(facts.client)} ${page.glyph.to} server ${at(facts.server)}${guess}`;
  const capture = origin.several ? [origin.path] : [];
  const tunnel = facts.tunnel === null ? [] : [facts.tunnel];
  const text = [...capture, streams, ends, ...tunnel].map(page.text).join(` ${page.glyph.dot} `);
  return hanging(`connection ${facts.connection} ${page.glyph.dot} `, text, page.width, page.ink.bold);
}
