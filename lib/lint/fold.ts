import type { ConnectionFacts } from '../facts/connection.ts';
import type { Evidence, FindingEndpoint } from '../facts/finding.ts';
import { isBefore, type Moment } from '../facts/moment.ts';
import { SEVERITIES } from '../facts/rule.ts';
import { at, count, named } from '../facts/wording.ts';
import type { Draft } from '../rules/rule.ts';
import { displayFilter } from './filter.ts';
import { Lowest } from './lowest.ts';
import {
  type About,
  aboutOf,
  adviceOf,
  fromConnection,
  MOST_FRAMES,
  type Ranked,
  subjectOf,
  type Unnumbered,
} from './told.ts';

/** Episodes of one connection that are told one by one; more of them, or other connections, are folded. */
const TOLD_SINGLY = 3;
/** Streams, clients and episodes remembered of a fold. */
const MOST_STREAMS = 256;
const MOST_CLIENTS = 16;

/** One draft's place: on which connection, and when. */
interface Episode {
  readonly connection: number;
  readonly start: Moment;
  readonly end: Moment;
}

/** Equal drafts of one rule at one service (and side): the worst in full, of the others counts and examples. */
export class Fold {
  readonly rule: string;
  readonly address: string;
  /** Null once services of a host are folded. */
  readonly port: number | null;
  readonly side: string;
  readonly name: string | undefined;
  worst: Ranked;
  worstOf: About;
  /** The first few of a single connection, in order. */
  singles: Ranked[] = [];
  drafts = 0;
  /** Connections counted: the last one suffices to tell, since drafts of one connection arrive together. */
  connections = 0;
  readonly numbers: Lowest<number> = new Lowest(MOST_STREAMS);
  readonly streams: Lowest<number> = new Lowest(MOST_STREAMS);
  readonly clients: Lowest<string> = new Lowest(MOST_CLIENTS);
  /** What every client so far goes by, a name where there is one; empty once they differ. */
  clientName: string | null = null;
  readonly examples: Lowest<number> = new Lowest(MOST_FRAMES);
  frameCount = 0;
  firstFrame = Number.MAX_SAFE_INTEGER;
  lastFrame = 0;
  start: Moment;
  end: Moment;
  bytes = 0;
  seconds = 0;
  #latest = -1;
  /** What nothing else explains so far; null where there was too much to remember. */
  #unexplained: Episode[] | null = [];

  constructor(worst: Ranked, of: About, address: string, port: number | null) {
    const { draft, meta } = worst;
    this.rule = meta.id;
    this.address = address;
    this.port = port;
    this.side = draft.side ?? '';
    this.name = of.server.name;
    this.worst = worst;
    this.worstOf = of;
    this.start = draft.start;
    this.end = draft.end;
  }

  add(ranked: Ranked, facts: ConnectionFacts): void {
    const { draft, impact } = ranked;
    this.drafts++;
    if (facts.connection !== this.#latest) {
      this.#latest = facts.connection;
      const alike = facts.alike ?? 0;
      this.connections += 1 + alike;
      this.frameCount += alike;
      this.numbers.add(facts.connection);
      for (const stream of facts.streams) this.streams.add(stream);
      this.clients.add(facts.client.address);
      this.#meet(facts.client.name ?? facts.client.address);
    }
    if (this.connections === 1 && this.singles.length <= TOLD_SINGLY) this.singles.push(ranked);
    else this.singles = [];
    this.frameCount += draft.frameCount ?? draft.frames.length;
    for (const frame of draft.frames) {
      this.examples.add(frame);
      this.firstFrame = Math.min(this.firstFrame, frame);
      this.lastFrame = Math.max(this.lastFrame, frame);
    }
    if (isBefore(draft.start, this.start)) this.start = draft.start;
    if (isBefore(this.end, draft.end)) this.end = draft.end;
    this.bytes += impact.bytes ?? 0;
    this.seconds += impact.seconds ?? 0;
    const { start, end } = draft;
    if (this.#unexplained !== null && this.#unexplained.length === MOST_STREAMS) this.#unexplained = null;
    this.#unexplained?.push({ connection: facts.connection, start, end });
    if (worseThan(ranked, this.worst)) {
      this.worst = ranked;
      this.worstOf = aboutOf(facts);
    }
  }

  /** Nothing is left that `by`, which lists its connections, and those before it do not explain: what went on meanwhile. */
  isExplained(by: Draft, listed: ReadonlySet<number>): boolean {
    if (this.#unexplained === null) return false;
    this.#unexplained = this.#unexplained.filter(
      ({ connection, start, end }) => !listed.has(connection) || isBefore(end, by.start) || isBefore(by.end, start),
    );
    return this.#unexplained.length === 0;
  }

  /** Takes over what another fold of the same rule holds; the place that both are in is this one's. */
  absorb(other: Fold): void {
    this.drafts += other.drafts;
    this.connections += other.connections;
    this.numbers.addAll(other.numbers);
    this.streams.addAll(other.streams);
    this.clients.addAll(other.clients);
    if (other.clientName !== null) this.#meet(other.clientName);
    this.examples.addAll(other.examples);
    this.frameCount += other.frameCount;
    this.firstFrame = Math.min(this.firstFrame, other.firstFrame);
    this.lastFrame = Math.max(this.lastFrame, other.lastFrame);
    if (isBefore(other.start, this.start)) this.start = other.start;
    if (isBefore(this.end, other.end)) this.end = other.end;
    this.bytes += other.bytes;
    this.seconds += other.seconds;
    if (worseThan(other.worst, this.worst)) {
      this.worst = other.worst;
      this.worstOf = other.worstOf;
    }
  }

  #meet(name: string): void {
    this.clientName = this.clientName === null || this.clientName === name ? name : '';
  }

  copy(): Fold {
    const copy = new Fold(this.worst, this.worstOf, this.address, this.port);
    copy.absorb(this);
    copy.singles = [...this.singles];
    copy.#latest = this.#latest;
    copy.#unexplained = this.#unexplained === null ? null : [...this.#unexplained];
    return copy;
  }

  findings(): Unnumbered[] {
    if (this.connections === 1 && this.drafts <= TOLD_SINGLY) {
      return this.singles.map((single) => fromConnection(single, this.worstOf));
    }
    return [this.#folded()];
  }

  /** The connection's own addresses are known, and they are all the finding is about. */
  #folded(): Unnumbered {
    const { draft, meta, severity, impact } = this.worst;
    const { worstOf } = this;
    const one = this.connections === 1;
    const clients = this.clients.values();
    const streams = this.streams.values();
    const service: FindingEndpoint = {
      address: this.address,
      port: this.port ?? 0,
      ...(this.name === undefined || this.port === null ? {} : { name: this.name }),
      role: this.port === null ? 'host' : 'server',
    };
    const where = this.address === '' ? 'many hosts' : this.port === null ? this.address : at(service);
    const amount = one
      ? `${this.drafts} on this connection`
      : `${this.drafts} on ${this.connections} connections of ${where}`;
    const severalClients =
      clients.length >= MOST_CLIENTS ? `${MOST_CLIENTS} or more clients` : count(clients.length, 'client');
    const message =
      draft.together !== undefined && !one && this.port !== null
        ? draft.together
            .replaceAll('{connections}', count(this.connections, 'connection'))
            .replaceAll(
              '{clients}',
              clients.length === 1 ? `client ${named(worstOf.client.address, worstOf.client.name)}` : severalClients,
            )
        : `${draft.message.replace(/\.$/, '')} (${impact.seconds === undefined ? 'one' : 'the worst'} of ${amount}).`;
    return {
      rule: this.rule,
      severity: severity,
      confidence: draft.confidence,
      message,
      connections: this.numbers.values(),
      streams,
      endpoints: one
        ? [worstOf.client, worstOf.server]
        : [...(clients.length === 1 ? [{ ...worstOf.client, port: 0 }] : []), service],
      frames: {
        first: this.firstFrame,
        last: this.lastFrame,
        count: this.frameCount,
        examples: this.examples.values(),
      },
      start: this.start,
      end: this.end,
      lowerBound: draft.lowerBound ?? false,
      impact: {
        ...(impact.seconds === undefined ? {} : { seconds: impact.seconds }),
        ...(impact.bytes === undefined ? {} : { bytes: this.bytes }),
        connections: this.connections,
      },
      evidence: {
        ...draft.evidence,
        findings: this.drafts,
        connections: this.connections,
        ...(impact.seconds === undefined ? {} : { secondsInAll: Number(this.seconds.toFixed(6)) }),
      } as Evidence,
      ...adviceOf(draft, meta),
      filter: displayFilter(streams, this.connections <= MOST_STREAMS, service),
      subject: subjectOf(this.rule, this.name ?? this.address, this.port, this.clientName ?? '', this.side),
    };
  }
}

function worseThan(a: Ranked, b: Ranked): boolean {
  const severity = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  if (severity !== 0) return severity < 0;
  const seconds = (a.impact.seconds ?? 0) - (b.impact.seconds ?? 0);
  if (seconds !== 0) return seconds > 0;
  const bytes = (a.impact.bytes ?? 0) - (b.impact.bytes ?? 0);
  if (bytes !== 0) return bytes > 0;
  return (a.draft.frames[0] ?? 0) < (b.draft.frames[0] ?? 0);
}
