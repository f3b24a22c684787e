/**
 * The conditions that `--where` knows: one row each, with what it reads, what it means, and how it is told of a
 * connection and of a packet. Parser, printer and help are made from these rows.
 */

import { parseAddress, sharesPrefix } from '../facts/address.ts';
import { VERDICT_NAMES, type VerdictKind } from '../facts/verdict.ts';
import { AMOUNTS } from './amounts.ts';
import { define, either, type Field, ofFacts, overlaps, within } from './field.ts';
import {
  BYTES,
  choice,
  compares,
  comparison,
  HOST,
  NETWORK,
  NUMBER,
  PORT,
  RULE,
  STATE,
  TIME,
  TIMES,
} from './values.ts';

const CONDITIONS: readonly Field[] = [
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
  }),

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
  }),

  define({
    name: 'port',
    kind: PORT,
    sided: true,
    basis: 'identity',
    usage: '[client|server] port 443|8000..8999',
    summary: 'an endpoint has this port',
    ofConnection: (connection, side, value) => either(connection, side, (endpoint) => within(endpoint.port, value)),
  }),

  // Which

  define({
    name: 'connection',
    kind: NUMBER,
    sided: false,
    basis: 'identity',
    usage: 'connection 3|3..7',
    summary: "tcplint's number of the connection",
    ofConnection: (connection, _, value) => within(connection.connection, value),
  }),

  define({
    name: 'stream',
    kind: NUMBER,
    sided: false,
    basis: 'identity',
    usage: 'stream 5|5..9',
    summary: "Wireshark's number (tcp.stream)",
    ofConnection: (connection, _, value) => connection.streams.some((stream) => within(stream, value)),
    ofPacket: (row, _, value) => within(row.stream, value),
  }),

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
  }),

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
  }),

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
  }),

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
  }),

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
  }),

  define({
    name: 'final',
    kind: STATE,
    sided: true,
    basis: 'facts',
    usage: '[client|server] final CLOSE_WAIT',
    summary: 'an endpoint ended in this state',
    ofConnection: (connection, side, value) =>
      ofFacts(connection, (facts) => either(facts, side, (endpoint) => endpoint.finalState === value)),
  }),

  define({
    name: 'closedBy',
    kind: choice('a closer', ['client', 'server', 'both', 'nobody']),
    sided: false,
    basis: 'facts',
    usage: 'closedBy client|server|both|nobody',
    summary: 'who closed first',
    ofConnection: (connection, _, value) => ofFacts(connection, (facts) => (facts.closedBy ?? 'nobody') === value),
  }),

  define({
    name: 'closeKind',
    kind: choice('an end', ['fin', 'reset', 'open']),
    sided: false,
    basis: 'facts',
    usage: 'closeKind fin|reset|open',
    summary: 'how it ended',
    ofConnection: (connection, _, value) => ofFacts(connection, (facts) => facts.closeKind === value),
  }),

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
  }),

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
  }),

  define({
    name: 'flag',
    kind: choice('a flag', ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE']),
    sided: false,
    basis: 'packet',
    usage: 'flag SYN',
    summary: 'the packet has this flag',
    ofConnection: () => null,
    ofPacket: (row, _, value) => row.flags.includes(value),
  }),

  define({
    name: 'verdict',
    kind: choice('a verdict', [...VERDICT_NAMES.filter((name): name is VerdictKind => name !== null), 'any']),
    sided: false,
    basis: 'packet',
    usage: 'verdict retransmission|reordering|duplicate|keep_alive|zero_window_probe|any',
    summary: 'what the packet really was',
    ofConnection: () => null,
    ofPacket: (row, _, value) => row.verdict !== null && (value === 'any' || row.verdict.kind === value),
  }),

  define({
    name: 'length',
    kind: comparison(BYTES),
    sided: false,
    basis: 'packet',
    usage: 'length > 0',
    summary: "the packet's payload, bytes",
    ofConnection: () => null,
    ofPacket: (row, _, value) => compares(row.length, value),
  }),

  ...AMOUNTS,
];

/** By name, in lower case. */
export const FIELDS: ReadonlyMap<string, Field> = new Map(CONDITIONS.map((field) => [field.name.toLowerCase(), field]));

export function fieldOf(term: { readonly field: string }): Field {
  return FIELDS.get(term.field.toLowerCase())!;
}
