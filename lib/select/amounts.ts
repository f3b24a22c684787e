import type { ConnectionFacts, EndpointFacts, Side } from '../facts/connection.ts';
import { lasting } from '../facts/moment.ts';
import { define, either, type Field, ofFacts } from './field.ts';
import { BYTES, COUNT, type ComparisonValue, compares, comparison, SECONDS, type Units } from './values.ts';

function condition(
  name: string,
  units: Units,
  summary: string,
  sided: boolean,
  meets: (facts: ConnectionFacts, side: Side | null, value: ComparisonValue) => boolean,
): Field {
  return define<ComparisonValue>({
    name,
    kind: comparison(units),
    sided,
    basis: 'facts',
    usage: `${sided ? '[client|server] ' : ''}${name} > ${units.example.split(',')[0]}`,
    summary,
    ofConnection: (connection, side, value) => ofFacts(connection, (facts) => meets(facts, side, value)),
  });
}

/** An amount of the connection. */
function amount(name: string, units: Units, summary: string, of: (facts: ConnectionFacts) => number | null): Field {
  return condition(name, units, summary, false, (facts, _, value) => isMet(of(facts), value));
}

/** What both endpoints sent together, or one of them. */
function total(name: string, units: Units, summary: string, of: (sender: EndpointFacts) => number): Field {
  return condition(name, units, summary, true, (facts, side, value) => {
    const client = side === 'server' ? 0 : of(facts.client);
    const server = side === 'client' ? 0 : of(facts.server);
    return compares(client + server, value);
  });
}

/** An amount of either endpoint. */
function each(name: string, units: Units, summary: string, of: (endpoint: EndpointFacts) => number | null): Field {
  return condition(name, units, summary, true, (facts, side, value) =>
    either(facts, side, (endpoint) => isMet(of(endpoint), value)),
  );
}

/** What is not known, or not measured, meets no comparison. */
function isMet(actual: number | null, value: ComparisonValue): boolean {
  return actual !== null && compares(actual, value);
}

/** Conditions on amounts: what was counted, measured or agreed on. */
export const AMOUNTS: readonly Field[] = [
  amount('duration', SECONDS, 'first to last segment', (facts) => lasting(facts.start, facts.end)),
  amount('handshake', SECONDS, 'round trip of the handshake', (facts) => facts.handshake.rtt),
  amount('synRetries', COUNT, 'times the SYN was sent again', (facts) => Math.max(0, facts.handshake.synCount - 1)),
  amount('resets', COUNT, 'RST segments', (facts) => facts.resets.length),
  total('packets', COUNT, 'segments sent', (sender) => sender.packets),
  total('bytes', BYTES, 'payload sent, repeats included', (sender) => sender.bytes),
  total('uniqueBytes', BYTES, 'payload sent at least once', (sender) => sender.uniqueBytes),
  total('retransmissions', COUNT, 'segments sent again', (sender) => sender.retransmissions),
  total('spurious', COUNT, 'segments sent again without need', (sender) => sender.spurious),
  total('reordered', COUNT, 'segments that came late', (sender) => sender.reordered),
  total('duplicates', COUNT, 'segments seen twice', (sender) => sender.duplicates),
  total('keepAlives', COUNT, 'keep-alive probes', (sender) => sender.keepAlives),
  each('zeroWindowTime', SECONDS, 'time with a window of zero', (endpoint) => endpoint.zeroWindowTime),
  each('maxWindow', BYTES, 'largest window advertised', (endpoint) => endpoint.maxWindow),
  each('mss', BYTES, 'maximum segment size of its SYN', (endpoint) => endpoint.mss),
  each('rtt', SECONDS, 'median round-trip time', (endpoint) => endpoint.rtt?.p50 ?? null),
];
