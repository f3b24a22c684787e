import { Int32Columns } from '../../bytes/columns.ts';
import { addressText } from '../../facts/address.ts';
import type { ConnectionFacts, StateSpell } from '../../facts/connection.ts';
import type { Activity, ConnectionRow } from '../../facts/incident.ts';
import { lasting, type Moment, secondsBetween } from '../../facts/moment.ts';
import type { StateName } from '../../facts/state.ts';
import { named } from '../../facts/wording.ts';
import type { LoneSyn } from '../../tcp/entries/lone.ts';
import { TimeBins } from './time-bins.ts';
import { hashOfSegment, hashOfTuple } from './tuple-hash.ts';

/** Rows kept for the table; the others are only counted. */
const MOST_ROWS = 50_000;
const STEPS = 1024;

const FIRST_FRAME = 0;
const HASH = 1;
const STREAM = 2;

/** How a second reading finds a connection again: it may begin with other numbers for connections and streams. */
export interface Known {
  readonly connection: number;
  readonly streams: readonly number[];
  readonly firstFrame: number;
  /** Of its 4-tuple (`hashOfTuple`). */
  readonly hash: number;
}

/** All connections of a capture in short: the rows of the table, and counts of states over time. */
export class Overview {
  private readonly rows: ConnectionRow[] = [];
  private readonly start: () => Moment | null;
  private readonly known = new Int32Columns(3);
  /** Of those few that Wireshark splits. */
  private readonly moreStreams = new Map<number, readonly number[]>();
  private readonly halfOpen = new StateCount();
  private readonly closeWait = new StateCount();
  private readonly timeWait = new StateCount();

  /** `start`: time of the capture's first packet, asked for once there is a connection. */
  constructor(start: () => Moment | null) {
    this.start = start;
  }

  add(facts: ConnectionFacts): void {
    const origin = this.start() ?? facts.start;
    const { connection, firstFrame, streams } = facts;
    this.remember(connection, firstFrame, hashOfTuple(facts), streams[0] ?? 0);
    if (streams.length > 1) this.moreStreams.set(connection, streams);
    if (this.rows.length < MOST_ROWS) this.rows.push(rowOf(facts, origin));
    const handshakes = [...facts.client.spells, ...facts.server.spells].filter(isHalfOpen);
    this.halfOpen.addAsOne(handshakes, origin);
    for (const { spells } of [facts.client, facts.server]) {
      for (const spell of spells) {
        if (spell.state === 'CLOSE_WAIT') this.closeWait.add(spell, origin);
        else if (spell.state === 'TIME_WAIT') this.timeWait.add(spell, origin);
      }
    }
  }

  /** What `add` makes of the facts of a connection of one SYN. `nameOf`: the name of an endpoint, if it has one. */
  addLone({ segment, number, stream }: LoneSyn, nameOf: (address: string, port: number) => string | undefined): void {
    const origin = this.start() ?? segment;
    this.remember(number, segment.frame, hashOfSegment(segment), stream);
    this.halfOpen.add({ start: segment, end: null }, origin);
    if (this.rows.length >= MOST_ROWS) return;
    const { ipVersion, srcPort, dstPort } = segment;
    const client = addressText(ipVersion, segment.srcA, segment.srcB, segment.srcC, segment.srcD);
    const server = addressText(ipVersion, segment.dstA, segment.dstB, segment.dstC, segment.dstD);
    this.rows.push({
      connection: number,
      stream,
      client: named(client, nameOf(client, srcPort)),
      clientPort: srcPort,
      server: named(server, nameOf(server, dstPort)),
      serverPort: dstPort,
      start: secondsBetween(origin, segment),
      duration: 0,
      packets: 1,
      clientBytes: 0,
      serverBytes: 0,
      retransmissions: 0,
      handshake: null,
      clientState: 'SYN_SENT',
      serverState: 'CLOSED',
    });
  }

  /** `length`: of the capture, seconds. */
  states(length: number): Pick<Activity, 'halfOpen' | 'closeWait' | 'timeWait'> {
    return {
      halfOpen: this.halfOpen.series(length),
      closeWait: this.closeWait.series(length),
      timeWait: this.timeWait.series(length),
    };
  }

  find(connection: number): Known | null {
    if (connection >= this.known.length || this.known.get(connection, FIRST_FRAME) === 0) return null;
    return {
      connection,
      streams: this.moreStreams.get(connection) ?? [this.known.get(connection, STREAM)],
      firstFrame: this.known.get(connection, FIRST_FRAME),
      hash: this.known.get(connection, HASH),
    };
  }

  /** Rows by number: those kept, and those of pages that were not. */
  table(pages: readonly { readonly facts: ConnectionFacts }[], start: Moment | null): ConnectionRow[] {
    const kept = new Set(this.rows.map(({ connection }) => connection));
    const others = pages.filter(({ facts }) => !kept.has(facts.connection));
    const rows = [...this.rows, ...others.map(({ facts }) => rowOf(facts, start ?? facts.start))];
    return rows.sort((a, b) => a.connection - b.connection);
  }

  private remember(connection: number, firstFrame: number, hash: number, stream: number): void {
    while (this.known.length <= connection) this.known.allocate();
    this.known.set(connection, FIRST_FRAME, firstFrame);
    this.known.set(connection, HASH, hash);
    this.known.set(connection, STREAM, stream);
  }
}

function rowOf(facts: ConnectionFacts, origin: Moment): ConnectionRow {
  const { client, server } = facts;
  return {
    connection: facts.connection,
    stream: facts.streams[0] ?? 0,
    client: named(client.address, client.name),
    clientPort: client.port,
    server: named(server.address, server.name),
    serverPort: server.port,
    start: secondsBetween(origin, facts.start),
    duration: lasting(facts.start, facts.end),
    packets: client.packets + server.packets,
    clientBytes: client.uniqueBytes,
    serverBytes: server.uniqueBytes,
    retransmissions: client.retransmissions + server.retransmissions,
    handshake: facts.handshake.rtt,
    clientState: client.finalState,
    serverState: server.finalState,
  };
}

const HALF_OPEN: readonly StateName[] = ['SYN_SENT', 'SYN_RECEIVED'];

function isHalfOpen({ state }: StateSpell): boolean {
  return HALF_OPEN.includes(state);
}

/** How many were in a state, at moments in equal steps. */
class StateCount {
  private readonly changes = new TimeBins(STEPS, Math.ceil);

  add({ start, end }: Pick<StateSpell, 'start' | 'end'>, origin: Moment): void {
    this.changes.add(secondsBetween(origin, start), 1);
    if (end !== null) this.changes.add(secondsBetween(origin, end), -1);
  }

  /** Spells of both ends that make one: from the first beginning to the last end. */
  addAsOne(spells: readonly StateSpell[], origin: Moment): void {
    const [first] = spells;
    if (first === undefined) return;
    let { start, end } = first;
    for (const spell of spells) {
      if (secondsBetween(spell.start, start) > 0) start = spell.start;
      if (end !== null && (spell.end === null || secondsBetween(end, spell.end) > 0)) end = spell.end;
    }
    this.add({ start, end }, origin);
  }

  series(length: number) {
    return this.changes.totals(length);
  }
}
