import type { ConnectionFacts, EndpointFacts, Side, Sighting, StateChange } from '../facts/connection.ts';
import { after, isBefore, type Moment, secondsBetween } from '../facts/moment.ts';
import type { SocketDoubt, SocketEnd, SocketRow } from '../facts/sockets.ts';

/** Linux forgets FIN_WAIT_2 after this long without a word when the program has closed (tcp_fin_timeout), seconds. */
const FIN_WAIT_2_SECONDS = 60;
/** The first repeat of a SYN is due after this long (RFC 6298 2.1), seconds. */
const FIRST_REPEAT_SECONDS = 1;
/** A repeat that is later than this share of its time was not sent. */
const LATE = 1.25;

type Live = Omit<SocketRow, 'seconds'>;

/**
 * The sockets of every host at one moment, from the connections as they end. `at` null: the end of the capture. Keeps
 * only what lived at that moment.
 */
export class Sockets {
  private readonly at: Moment | null;
  private readonly timeWaitSeconds: number;
  private readonly live = new Map<string, Live[]>();
  private readonly listeners = new Map<string, Listener>();

  constructor(at: Moment | null, timeWaitSeconds: number) {
    this.at = at;
    this.timeWaitSeconds = timeWaitSeconds;
  }

  add(facts: ConnectionFacts): void {
    this.addEnd(facts, 'client');
    this.addEnd(facts, 'server');
    this.addListener(facts);
  }

  /** All that a host with these addresses would have listed at `at`: listeners first, then by port and peer. */
  rows(hosts: readonly string[], at: Moment): SocketRow[] {
    const listening = [...this.listeners.values()]
      .filter(({ local }) => hosts.includes(local.address))
      .map((each) => each.row())
      .filter((each) => each !== null);
    const connected = hosts.flatMap((host) => this.live.get(host) ?? []);
    return [...listening, ...connected]
      .map((row) => ({ ...row, seconds: Math.max(0, secondsBetween(row.since, at)) }))
      .sort(inOrder);
  }

  /** Hosts that had sockets then, the one with the most first; a server before its only client. */
  busiest(): string[] {
    const served = (rows: readonly Live[]): number => rows.filter(({ role }) => role === 'server').length;
    return [...this.live]
      .sort(([a, one], [b, other]) => other.length - one.length || served(other) - served(one) || compare(a, b))
      .map(([host]) => host);
  }

  private addEnd(facts: ConnectionFacts, side: Side): void {
    const change = this.changeAt(facts, side);
    if (change === null || change.state === 'CLOSED' || change.state === 'LISTEN') return;
    const own = facts[side];
    const { time: since, state } = change;
    const row: Live = {
      local: endOf(own),
      peer: endOf(facts[side === 'client' ? 'server' : 'client']),
      state,
      since,
      expires: state === 'TIME_WAIT' ? after(since, this.timeWaitSeconds) : null,
      role: side,
      connection: facts.connection,
      stream: facts.streams[0] ?? null,
      doubt: this.doubtOf(facts, own, change),
    };
    const rows = this.live.get(own.address);
    if (rows === undefined) this.live.set(own.address, [row]);
    else rows.push(row);
  }

  /** The change that put an endpoint into the state that it was in; one of UNKNOWN before its first. */
  private changeAt(facts: ConnectionFacts, side: Side): StateChange | null {
    const own = facts.timeline.filter(({ endpoint }) => endpoint === side);
    const { at } = this;
    const change = at === null ? own.at(-1) : own.findLast(({ time }) => !isBefore(at, time));
    if (change !== undefined) return change;
    if (facts.handshakeSeen || (at !== null && isBefore(at, facts.start))) return null;
    return { ...UNKNOWN, endpoint: side, time: facts.start, state: own[0]?.previous ?? 'UNKNOWN' };
  }

  private doubtOf(facts: ConnectionFacts, own: EndpointFacts, change: StateChange): SocketDoubt | null {
    const { state, time, certainty, confirmedBy } = change;
    if (this.mayHaveEnded(facts, own, change)) return 'timer';
    if (certainty === 'inferred' && confirmedBy === null) return 'inferred';
    return !facts.handshakeSeen && (state === 'UNKNOWN' || !isBefore(facts.start, time)) ? 'midstream' : null;
  }

  /** The repeats that this state sends were due and did not come, or it has a time limit of its own. */
  private mayHaveEnded(facts: ConnectionFacts, own: EndpointFacts, { state, time }: StateChange): boolean {
    const at = this.at ?? after(facts.end, facts.watchedAfter);
    if (state === 'FIN_WAIT_2') return secondsBetween(time, at) >= FIN_WAIT_2_SECONDS;
    const sent = (repeatsOf(state, facts, own) ?? []).filter((each) => !isBefore(at, each.time));
    const last = sent.at(-1);
    if (last === undefined) return false;
    const before = sent.at(-2);
    const interval = before === undefined ? FIRST_REPEAT_SECONDS : 2 * secondsBetween(before.time, last.time);
    return secondsBetween(last.time, at) > LATE * Math.max(interval, FIRST_REPEAT_SECONDS);
  }

  private addListener(facts: ConnectionFacts): void {
    const { handshake, server } = facts;
    const [answer] = handshake.synAcks;
    const refusal = handshake.refused?.by === 'rst' ? handshake.refused : undefined;
    if ((answer === undefined || handshake.simultaneous) && refusal === undefined) return;
    const key = `${server.address} ${server.port}`;
    let listener = this.listeners.get(key);
    if (listener === undefined) {
      listener = new Listener(endOf(server));
      this.listeners.set(key, listener);
    }
    if (answer !== undefined && this.isPast(answer.time)) listener.answered(answer.time);
    if (refusal !== undefined && this.isPast(refusal.time)) listener.refused(refusal.time);
  }

  private isPast(time: Moment): boolean {
    return this.at === null || !isBefore(this.at, time);
  }
}

const UNKNOWN = {
  previous: 'UNKNOWN',
  frame: null,
  cause: '',
  certainty: 'observed',
  confirmedBy: null,
} as const;

/** What an endpoint in this state sends again and again until it is answered. */
function repeatsOf(state: string, { handshake }: ConnectionFacts, own: EndpointFacts): readonly Sighting[] | null {
  switch (state) {
    case 'SYN_SENT':
      return handshake.syns;
    case 'SYN_RECEIVED':
      return handshake.synAcks;
    case 'FIN_WAIT_1':
    case 'CLOSING':
    case 'LAST_ACK':
      return own.repeatChains.find(({ what }) => what === 'fin')?.sent ?? (own.fin === null ? null : [own.fin.first]);
    default:
      return null;
  }
}

function endOf({ address, port, name }: EndpointFacts): SocketEnd {
  return { address, port, ...(name === undefined ? {} : { name }) };
}

/** A server port that answers SYNs is listened on, until one is refused. */
class Listener {
  readonly local: SocketEnd;
  private first: Moment | null = null;
  private last: Moment | null = null;
  private lastRefusal: Moment | null = null;

  constructor(local: SocketEnd) {
    this.local = local;
  }

  answered(time: Moment): void {
    if (this.first === null || isBefore(time, this.first)) this.first = time;
    if (this.last === null || isBefore(this.last, time)) this.last = time;
  }

  refused(time: Moment): void {
    if (this.lastRefusal === null || isBefore(this.lastRefusal, time)) this.lastRefusal = time;
  }

  row(): Live | null {
    const { first, last, lastRefusal } = this;
    if (first === null || last === null || (lastRefusal !== null && isBefore(last, lastRefusal))) return null;
    const since = lastRefusal !== null && isBefore(first, lastRefusal) ? last : first;
    return {
      local: this.local,
      peer: null,
      state: 'LISTEN',
      since,
      expires: null,
      role: 'server',
      connection: null,
      stream: null,
      doubt: 'listener',
    };
  }
}

function inOrder(a: SocketRow, b: SocketRow): number {
  return (
    Number(a.peer !== null) - Number(b.peer !== null) ||
    compare(a.local.address, b.local.address) ||
    a.local.port - b.local.port ||
    compare(a.peer?.address ?? '', b.peer?.address ?? '') ||
    (a.peer?.port ?? 0) - (b.peer?.port ?? 0) ||
    (a.connection ?? 0) - (b.connection ?? 0)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
