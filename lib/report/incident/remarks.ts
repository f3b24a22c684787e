import type { ConnectionFacts, EndpointFacts } from '../../facts/connection.ts';
import { plain } from '../escape.ts';
import { at } from '../phrases.ts';

export function endName(end: EndpointFacts): string {
  return plain(at(end));
}

const VANTAGES = {
  client: 'captured at the client',
  server: 'captured at the server',
  middle: 'captured between the two',
  unknown: '',
} as const;

/** Short remarks on the whole connection. */
export function remarksOf(facts: ConnectionFacts): string[] {
  const streams = facts.streams.length > 1 ? 'streams' : 'stream';
  const closers = { client: 'closed by the client', server: 'closed by the server', both: 'closed by both at once' };
  const ending = {
    fin: facts.closedBy === null ? '' : closers[facts.closedBy],
    reset: facts.closedBy === null ? 'reset' : `reset by the ${facts.closedBy}`,
    open: 'neither closed nor reset',
  };
  return [
    `${streams} ${facts.streams.join(', ')}`,
    ...(facts.tunnel === null ? [] : [plain(facts.tunnel)]),
    facts.roleConfidence === 'guessed' ? 'the handshake is not in the capture, roles are guessed' : '',
    ending[facts.closeKind],
    VANTAGES[facts.vantage],
  ].filter((text) => text !== '');
}
