import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';
import type { Moment } from '../../lib/facts/moment.ts';
import type { SocketEnd, SocketRow } from '../../lib/facts/sockets.ts';
import { Sockets } from '../../lib/traffic/sockets.ts';
import { analysed } from '../fixtures.ts';

/** What the kernel's own `ss -tan` showed at moments during the captures (test/lab/netstat.py). */
interface Recording {
  readonly client: string;
  readonly server: string;
  readonly stopped_ns: bigint;
  readonly snapshots: readonly {
    readonly what: string;
    readonly host: 'client' | 'server';
    readonly before_ns: bigint;
    readonly after_ns: bigint;
    readonly ss: readonly string[];
  }[];
}

const FIXTURES = process.env.TCPLINT_NETSTAT ?? join(import.meta.dirname, '../../fixtures/netstat');
/** From one host to the other, at most (test/lab/path.py: 5 ms and the queue). */
const PATH_NS = 12_000_000n;
/** Recordings in which the network loses nothing. */
const LOSSLESS: readonly string[] = ['crowd'];
const NAMES = readdirSync(FIXTURES).flatMap((file) => /^(.*)\.ss\.json$/.exec(file)?.[1] ?? []);

function momentOf(nanoseconds: bigint): Moment {
  return { seconds: Number(nanoseconds / 1_000_000_000n), nanos: Number(nanoseconds % 1_000_000_000n) };
}

function recordingOf(name: string): Recording {
  const text = readFileSync(join(FIXTURES, `${name}.ss.json`), 'utf8');
  const raw = JSON.parse(text.replace(/("\w+_ns": )(\d+)/g, '$1"$2"'));
  const exact = (fields: Record<string, string>): object =>
    Object.fromEntries(Object.entries(fields).map(([key, v]) => [key, key.endsWith('_ns') ? BigInt(v) : v]));
  return { ...exact(raw), snapshots: raw.snapshots.map(exact) } as Recording;
}

function connectionsOf(file: string, stopped: bigint): readonly ConnectionFacts[] {
  return analysed(readFileSync(join(FIXTURES, file)), { captureEnd: momentOf(stopped) }).connections;
}

const STATES: { readonly [ss: string]: string } = {
  LISTEN: 'LISTEN',
  'SYN-SENT': 'SYN_SENT',
  'SYN-RECV': 'SYN_RECEIVED',
  ESTAB: 'ESTABLISHED',
  'FIN-WAIT-1': 'FIN_WAIT_1',
  'FIN-WAIT-2': 'FIN_WAIT_2',
  'CLOSE-WAIT': 'CLOSE_WAIT',
  CLOSING: 'CLOSING',
  'LAST-ACK': 'LAST_ACK',
  'TIME-WAIT': 'TIME_WAIT',
};

/** `ESTAB 0 0 10.0.0.1:40000 10.0.0.2:80` as `ESTABLISHED 10.0.0.1:40000 10.0.0.2:80`; a listener without its peer. */
function kernelRow(line: string): string {
  const [state, , , local, peer] = line.split(' ');
  return `${STATES[state!]} ${local} ${state === 'LISTEN' ? '*' : peer}`;
}

function ownRow({ state, local, peer }: SocketRow): string {
  return `${state} ${endText(local)} ${peer === null ? '*' : endText(peer)}`;
}

function endText({ address, port }: SocketEnd): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function rowsAt(connections: readonly ConnectionFacts[], host: string, at: Moment): SocketRow[] {
  const sockets = new Sockets(at, 60);
  for (const facts of connections) sockets.add(facts);
  return sockets.rows([host], at);
}

/** Both ends of a stretch of time, and every moment within at which some state changed. */
function changesWithin(connections: readonly ConnectionFacts[], from: bigint, to: bigint): Moment[] {
  const changes = connections.flatMap(({ timeline }) => timeline.map(({ time }) => time));
  const within = ({ seconds, nanos }: Moment): boolean => {
    const time = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
    return time > from && time < to;
  };
  return [momentOf(from), ...changes.filter(within), momentOf(to)];
}

/** `local peer` of a row of either kind. */
function endsOf(row: string): string {
  return row.split(' ').slice(-2).join(' ');
}

/**
 * The program has closed, but the FIN still waits behind data that may not leave yet: nothing of it has been on the wire,
 * so that packets show the state before.
 */
function hasQueuedFin(line: string, own: readonly SocketRow[]): boolean {
  const [state, , sendQueue] = line.split(' ');
  const before = state === 'FIN-WAIT-1' ? 'ESTABLISHED' : state === 'LAST-ACK' ? 'CLOSE_WAIT' : '';
  return sendQueue !== '0' && own.some((row) => row.state === before && endsOf(ownRow(row)) === endsOf(line));
}

describe.each(NAMES)('%s', (name) => {
  const recording = recordingOf(name);
  const { client, server, stopped_ns: stopped, snapshots } = recording;
  const hosts = { client, server };

  describe.each(['client', 'server'] as const)('captured at the %s', (tap) => {
    const connections = connectionsOf(`${name}.${tap}.pcap`, stopped);

    test.each(snapshots.filter(({ host }) => host === tap).map((each, i) => [i, each.what, each] as const))(
      'its own table is the kernel’s: %i, %s',
      (_, __, { before_ns: before, after_ns: after, ss }) => {
        // While `ss` ran, a socket may have changed: then whatever it was is right.
        const [early, late] = [before, after].map((time) => rowsAt(connections, hosts[tap], momentOf(time)));
        const either = changesWithin(connections, before, after)
          .flatMap((time) => rowsAt(connections, hosts[tap], time))
          .map(ownRow);
        const always = early!.filter((row) => late!.some((other) => ownRow(other) === ownRow(row)));
        const kernel = ss.filter((line) => !hasQueuedFin(line, always)).map(kernelRow);
        const queued = ss.filter((line) => hasQueuedFin(line, always)).map(endsOf);
        // A listener that no SYN has met is not to be known.
        expect(kernel.filter((row) => !row.startsWith('LISTEN ') && !either.includes(row))).toEqual([]);
        const surplus = always.filter((row) => !kernel.includes(ownRow(row)) && !queued.includes(endsOf(ownRow(row))));
        // What a silent timer has ended is shown, and marked.
        expect(surplus.filter(({ doubt }) => doubt !== 'timer').map(ownRow)).toEqual([]);
      },
    );

    // What is lost before this tap can't be known here.
    const others = LOSSLESS.includes(name) ? snapshots.filter(({ host }) => host !== tap) : [];
    test.each(others.map((each, i) => [i, each.what, each] as const))(
      'the table of the other host differs only where marked: %i, %s',
      (_, __, { host, before_ns: before, after_ns: after, ss }) => {
        // It is a path away: what it did a moment ago has not passed this tap yet.
        const times = [before - PATH_NS, after + PATH_NS];
        const [early, late] = times.map((time) => rowsAt(connections, hosts[host], momentOf(time)));
        const always = early!.filter((row) => late!.some((other) => ownRow(other) === ownRow(row)));
        const kernel = ss.map(kernelRow);
        const surplus = always.filter((row) => !kernel.includes(ownRow(row)));
        expect(surplus.filter(({ doubt }) => doubt === null).map(ownRow)).toEqual([]);
      },
    );
  });
});

test('sockets that silent timers have ended are shown until packets say otherwise, and marked', () => {
  const { client, snapshots, stopped_ns: stopped } = recordingOf('states');
  const connections = connectionsOf('states.client.pcap', stopped);
  const last = snapshots.findLast(({ host }) => host === 'client')!;
  const rows = rowsAt(connections, client, momentOf(last.after_ns));
  const surplus = rows.filter((row) => !last.ss.map(kernelRow).includes(ownRow(row)));
  expect(surplus.map(({ state, doubt }) => `${state} ${doubt}`).sort()).toEqual([
    'FIN_WAIT_2 timer',
    'FIN_WAIT_2 timer',
    'SYN_SENT timer',
  ]);
});

test('there are recordings, and they show every state', () => {
  const seen = new Set(NAMES.flatMap((name) => recordingOf(name).snapshots.flatMap(({ ss }) => ss.map(kernelRow))));
  const states = new Set([...seen].map((row) => row.split(' ')[0]));
  expect([...states].sort()).toEqual([...Object.values(STATES)].sort());
});
