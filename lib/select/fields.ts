/**
 * The conditions that `--where` knows: one row each, with what it reads, what it means, and how it is told of a
 * connection and of a packet. Parser, printer and help are made from these rows.
 */
import type { ConnectionFacts, EndpointFacts, Side } from '../facts/connection.ts';
import { after, isBefore, lasting, type Moment } from '../facts/moment.ts';
import type { PacketRow } from '../facts/packet-row.ts';
import { VERDICT_NAMES, type VerdictKind } from '../facts/verdict.ts';
import { parseAddress, sharesPrefix } from './address.ts';
import {
  BYTES,
  COUNT,
  type ComparisonValue,
  choice,
  compares,
  comparison,
  HOST,
  type Kind,
  NETWORK,
  NUMBER,
  PORT,
  type RangeValue,
  RULE,
  SECONDS,
  STATE,
  TIME,
  TIMES,
  type TimeValue,
  type Units,
} from './values.ts';

/** Who talks to whom: all that is known of a connection while its packets go by. */
export interface ConnectionIdentity {
  readonly connection: number;
  readonly streams: readonly number[];
  readonly client: EndpointIdentity;
  readonly server: EndpointIdentity;
}

export interface EndpointIdentity {
  readonly address: string;
  readonly port: number;
  readonly name?: string | undefined;
}

/** What a condition may need besides the connection. */
export interface WhereContext {
  /** Time of the capture's first packet: relative times count from it. */
  readonly captureStart: Moment | null;
  /** Rules that found something in the connection. Asked only for `finding`. */
  readonly findings?: (connection: number) => readonly string[];
}

/**
 * What a condition rests on: who the endpoints are (known from the first packet), the finished connection's facts, the
 * findings of its rules, or the single packet.
 */
export type Basis = 'identity' | 'facts' | 'findings' | 'packet';

/** Yes, no, or null: it can't be told from what is at hand. */
export type Answer = boolean | null;

export interface Field<V = unknown> {
  readonly name: string;
  readonly kind: Kind<V>;
  /** `client` or `server` may stand before it. */
  readonly sided: boolean;
  readonly basis: Basis;
  /** As help prints it. */
  readonly usage: string;
  readonly summary: string;
  ofConnection(connection: ConnectionIdentity, side: Side | null, value: V, context: WhereContext): Answer;
  /** Where a packet answers for itself; without it, its connection does. */
  ofPacket?(row: PacketRow, side: Side | null, value: V, context: WhereContext): Answer;
}

export const FIELDS: ReadonlyMap<string, Field> = new Map();

export function fieldOf(term: { readonly field: string }): Field {
  return FIELDS.get(term.field.toLowerCase())!;
}

function define<V>(field: Omit<Field<V>, 'usage'> & { usage?: string }): void {
  const usage = field.usage ?? `${field.sided ? '[client|server] ' : ''}${field.name} ${field.kind.expects}`;
  (FIELDS as Map<string, Field>).set(field.name.toLowerCase(), { ...field, usage } as Field);
}

// Who

define({
  name: 'host',
  kind: HOST,
  sided: true,
  basis: 'identity',
  usage: '[client|server] host ADDRESS|NAME',
  summary: 'an endpoint has this address, or this name',
  ofConnection: (connection, side, value) =>
    either(connection, side, (endpoint) => {
      if ('name' in value) return endpoint.name?.toLowerCase() === value.name.toLowerCase();
      const address = parseAddress(endpoint.address);
      return address !== null && sharesPrefix(address, value.address, 8 * value.address.length);
    }),
});

define({
  name: 'net',
  kind: NETWORK,
  sided: true,
  basis: 'identity',
  usage: '[client|server] net 10.0.0.0/8',
  summary: "an endpoint's address lies in this network",
  ofConnection: (connection, side, value) =>
    either(connection, side, (endpoint) => {
      const address = parseAddress(endpoint.address);
      return address !== null && sharesPrefix(address, value.address, value.bits);
    }),
});

define({
  name: 'port',
  kind: PORT,
  sided: true,
  basis: 'identity',
  usage: '[client|server] port 443|8000..8999',
  summary: 'an endpoint has this port',
  ofConnection: (connection, side, value) => either(connection, side, (endpoint) => within(endpoint.port, value)),
});

// Which

define({
  name: 'connection',
  kind: NUMBER,
  sided: false,
  basis: 'identity',
  usage: 'connection 3|3..7',
  summary: "tcplint's number of the connection",
  ofConnection: (connection, _, value) => within(connection.connection, value),
});

define({
  name: 'stream',
  kind: NUMBER,
  sided: false,
  basis: 'identity',
  usage: 'stream 5|5..9',
  summary: "Wireshark's number (tcp.stream)",
  ofConnection: (connection, _, value) => connection.streams.some((stream) => within(stream, value)),
  ofPacket: (row, _, value) => within(row.stream, value),
});

define({
  name: 'frame',
  kind: NUMBER,
  sided: false,
  basis: 'facts',
  usage: 'frame 100..200',
  summary: 'the packet is one of these frames; the connection lasts into them',
  ofConnection: (connection, _, value) =>
    ofFacts(connection, (facts) => facts.firstFrame <= value.to && facts.lastFrame >= value.from),
  ofPacket: (row, _, value) => within(row.frame, value),
});

// When

define({
  name: 'time',
  kind: TIMES,
  sided: false,
  basis: 'facts',
  usage: 'time 0s..10s',
  summary: 'the packet falls into this time; the connection lasts into it',
  ofConnection: (connection, _, value, context) =>
    ofFacts(connection, (facts) => overlaps(facts.start, facts.end, value.from, value.to, context)),
  ofPacket: (row, _, value, context) => overlaps(row.time, row.time, value.from, value.to, context),
});

define({
  name: 'after',
  kind: TIME,
  sided: false,
  basis: 'facts',
  usage: 'after 10s|2024-05-01T12:00:00Z',
  summary: 'at this time or later',
  ofConnection: (connection, _, value, context) =>
    ofFacts(connection, (facts) => overlaps(facts.start, facts.end, value, null, context)),
  ofPacket: (row, _, value, context) => overlaps(row.time, row.time, value, null, context),
});

define({
  name: 'before',
  kind: TIME,
  sided: false,
  basis: 'facts',
  usage: 'before 10s',
  summary: 'at this time or earlier',
  ofConnection: (connection, _, value, context) =>
    ofFacts(connection, (facts) => overlaps(facts.start, facts.end, null, value, context)),
  ofPacket: (row, _, value, context) => overlaps(row.time, row.time, null, value, context),
});

// What became of it

define({
  name: 'state',
  kind: STATE,
  sided: true,
  basis: 'facts',
  usage: '[client|server] state CLOSE_WAIT',
  summary: 'an endpoint was once in this state; packets: is in it after the packet',
  ofConnection: (connection, side, value) =>
    ofFacts(connection, (facts) =>
      either(
        facts,
        side,
        (endpoint) => endpoint.finalState === value || endpoint.spells.some((s) => s.state === value),
      ),
    ),
  ofPacket: (row, side, value) =>
    (side !== 'server' && row.clientState === value) || (side !== 'client' && row.serverState === value),
});

define({
  name: 'final',
  kind: STATE,
  sided: true,
  basis: 'facts',
  usage: '[client|server] final CLOSE_WAIT',
  summary: 'an endpoint ended in this state',
  ofConnection: (connection, side, value) =>
    ofFacts(connection, (facts) => either(facts, side, (endpoint) => endpoint.finalState === value)),
});

define({
  name: 'closedBy',
  kind: choice('a closer', ['client', 'server', 'both', 'nobody']),
  sided: false,
  basis: 'facts',
  usage: 'closedBy client|server|both|nobody',
  summary: 'who closed first',
  ofConnection: (connection, _, value) => ofFacts(connection, (facts) => (facts.closedBy ?? 'nobody') === value),
});

define({
  name: 'closeKind',
  kind: choice('an end', ['fin', 'reset', 'open']),
  sided: false,
  basis: 'facts',
  usage: 'closeKind fin|reset|open',
  summary: 'how it ended',
  ofConnection: (connection, _, value) => ofFacts(connection, (facts) => facts.closeKind === value),
});

define({
  name: 'finding',
  kind: RULE,
  sided: false,
  basis: 'findings',
  usage: 'finding RULE|any',
  summary: 'this rule found something',
  ofConnection(connection, _, value, context) {
    const found = context.findings?.(connection.connection);
    if (found === undefined) return null;
    return value === 'any' ? found.length > 0 : found.includes(value);
  },
});

// Single packets

define({
  name: 'from',
  kind: choice('a side', ['client', 'server']),
  sided: false,
  basis: 'packet',
  usage: 'from client|server',
  summary: 'who sent the packet',
  ofConnection: () => null,
  ofPacket: (row, _, value) => row.from === value,
});

define({
  name: 'flag',
  kind: choice('a flag', ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE']),
  sided: false,
  basis: 'packet',
  usage: 'flag SYN',
  summary: 'the packet has this flag',
  ofConnection: () => null,
  ofPacket: (row, _, value) => row.flags.includes(value),
});

define({
  name: 'verdict',
  kind: choice('a verdict', [...VERDICT_NAMES.filter((name): name is VerdictKind => name !== null), 'any']),
  sided: false,
  basis: 'packet',
  usage: 'verdict retransmission|reordering|duplicate|keep_alive|zero_window_probe|any',
  summary: 'what the packet really was',
  ofConnection: () => null,
  ofPacket: (row, _, value) => row.verdict !== null && (value === 'any' || row.verdict.kind === value),
});

define({
  name: 'length',
  kind: comparison(BYTES),
  sided: false,
  basis: 'packet',
  usage: 'length > 0',
  summary: "the packet's payload, bytes",
  ofConnection: () => null,
  ofPacket: (row, _, value) => compares(row.length, value),
});

// Amounts. A null amount (not known, not measured) meets no comparison.

function amount(name: string, units: Units, summary: string, of: (facts: ConnectionFacts) => number | null): void {
  define<ComparisonValue>({
    name,
    kind: comparison(units),
    sided: false,
    basis: 'facts',
    usage: `${name} > ${units.example.split(',')[0]}`,
    summary,
    ofConnection: (connection, _, value) =>
      ofFacts(connection, (facts) => {
        const actual = of(facts);
        return actual !== null && compares(actual, value);
      }),
  });
}

/** What both endpoints sent together, or one of them. */
function total(name: string, units: Units, summary: string, of: (sender: EndpointFacts) => number): void {
  define<ComparisonValue>({
    name,
    kind: comparison(units),
    sided: true,
    basis: 'facts',
    usage: `[client|server] ${name} > ${units.example.split(',')[0]}`,
    summary,
    ofConnection: (connection, side, value) =>
      ofFacts(connection, (facts) => {
        const client = side === 'server' ? 0 : of(facts.client);
        const server = side === 'client' ? 0 : of(facts.server);
        return compares(client + server, value);
      }),
  });
}

/** An amount of either endpoint. */
function each(name: string, units: Units, summary: string, of: (endpoint: EndpointFacts) => number | null): void {
  define<ComparisonValue>({
    name,
    kind: comparison(units),
    sided: true,
    basis: 'facts',
    usage: `[client|server] ${name} > ${units.example.split(',')[0]}`,
    summary,
    ofConnection: (connection, side, value) =>
      ofFacts(connection, (facts) =>
        either(facts, side, (endpoint) => {
          const actual = of(endpoint);
          return actual !== null && compares(actual, value);
        }),
      ),
  });
}

amount('duration', SECONDS, 'first to last segment', (facts) => lasting(facts.start, facts.end));
amount('handshake', SECONDS, 'round trip of the handshake', (facts) => facts.handshake.rtt);
amount('synRetries', COUNT, 'times the SYN was sent again', (facts) => Math.max(0, facts.handshake.synCount - 1));
amount('resets', COUNT, 'RST segments', (facts) => facts.resets.length);
total('packets', COUNT, 'segments sent', (sender) => sender.packets);
total('bytes', BYTES, 'payload sent, repeats included', (sender) => sender.bytes);
total('uniqueBytes', BYTES, 'payload sent at least once', (sender) => sender.uniqueBytes);
total('retransmissions', COUNT, 'segments sent again', (sender) => sender.retransmissions);
total('spurious', COUNT, 'segments sent again without need', (sender) => sender.spurious);
total('reordered', COUNT, 'segments that came late', (sender) => sender.reordered);
total('duplicates', COUNT, 'segments seen twice', (sender) => sender.duplicates);
total('keepAlives', COUNT, 'keep-alive probes', (sender) => sender.keepAlives);
each('zeroWindowTime', SECONDS, 'time with a window of zero', (endpoint) => endpoint.zeroWindowTime);
each('maxWindow', BYTES, 'largest window advertised', (endpoint) => endpoint.maxWindow);
each('mss', BYTES, 'maximum segment size of its SYN', (endpoint) => endpoint.mss);
each('rtt', SECONDS, 'median round-trip time', (endpoint) => endpoint.rtt?.p50 ?? null);

function either<E extends EndpointIdentity>(
  connection: { readonly client: E; readonly server: E },
  side: Side | null,
  test: (endpoint: E) => boolean,
): boolean {
  return (side !== 'server' && test(connection.client)) || (side !== 'client' && test(connection.server));
}

/** Null while only the identity of the connection is at hand. */
function ofFacts(connection: ConnectionIdentity, test: (facts: ConnectionFacts) => boolean): Answer {
  return 'timeline' in connection ? test(connection as ConnectionFacts) : null;
}

function within(value: number, { from, to }: RangeValue): boolean {
  return value >= from && value <= to;
}

function overlaps(
  start: Moment,
  end: Moment,
  from: TimeValue | null,
  to: TimeValue | null,
  context: WhereContext,
): boolean {
  return (
    (from === null || !isBefore(end, momentOf(from, context))) &&
    (to === null || !isBefore(momentOf(to, context), start))
  );
}

function momentOf(time: TimeValue, context: WhereContext): Moment {
  if ('moment' in time) return time.moment;
  return after(context.captureStart ?? { seconds: 0, nanos: 0 }, time.relative);
}
