import type { ConnectionFacts, EndpointFacts } from '../facts/connection.ts';
import { flowFacts } from '../tcp/flow-facts.ts';
import type { ConnectionView } from './connection-view.ts';

/** What is told of a connection in memory, as plain data that may be kept when it has left. */
export function connectionFacts(v: ConnectionView): ConnectionFacts {
  const facts: ConnectionFacts = {
    connection: v.connection,
    streams: v.streams,
    notes: v.notes,
    client: endpointFacts(v.client),
    server: endpointFacts(v.server),
    tunnel: v.tunnel,
    roleConfidence: v.roleConfidence,
    start: v.start,
    end: v.end,
    firstFrame: v.firstFrame,
    lastFrame: v.lastFrame,
    watchedAfter: v.watchedAfter,
    handshakeSeen: v.handshakeSeen,
    handshake: v.handshake,
    closedBy: v.closedBy,
    closeKind: v.closeKind,
    vantage: v.vantage,
    resets: v.resets,
    icmpErrors: v.icmpErrors,
    timeline: v.timeline,
    reuse: v.reuse,
    straySyns: v.straySyns,
  };
  return withRare(facts, v, v.isOdd ? RARE : ['alike']);
}

function endpointFacts(v: ConnectionView['client']): EndpointFacts {
  const { address, port, finalState, spells, fin } = v;
  const facts: EndpointFacts = Object.assign(flowFacts(v), { address, port, finalState, spells, fin });
  return withRare(facts, v, v.isOdd ? RARE_OF_ENDPOINT : ['name', 'largestAcked']);
}

/** What few have to tell: absent where there is nothing. */
const RARE = ['alike', 'oldDuplicates', 'silences', 'responses'] as const;
const RARE_OF_ENDPOINT = [
  'name',
  'largestAcked',
  'duplicateAcks',
  'windowShrinks',
  'sillySegments',
  'sillyWindows',
  'nagleWaits',
  'ackedUnsent',
  'outOfWindow',
  'timestampRegressions',
  'ttlChanges',
  'urgent',
  'ecnIgnored',
  'differing',
] as const;

function withRare<T extends object>(facts: T, view: T, rare: readonly (keyof T)[]): T {
  for (const fact of rare) {
    const told = view[fact];
    if (told !== undefined) facts[fact] = told;
  }
  return facts;
}
