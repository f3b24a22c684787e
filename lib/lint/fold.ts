import type { ConnectionFacts } from '../facts/connection.ts';
import type { Evidence, FindingEndpoint } from '../facts/finding.ts';
import { isBefore, type Moment } from '../facts/moment.ts';
import { SEVERITIES } from '../facts/rule.ts';
import { at, count } from '../facts/wording.ts';
import type { Draft } from '../rules/rule.ts';
import type { FoundRules } from './expect.ts';
import { displayFilter } from './filter.ts';
import { Lowest } from './lowest.ts';
import {
  type About,
  aboutOf,
  adviceOf,
  fromConnection,
  MOST_FRAMES,
  named,
  type Ranked,
  subjectOf,
  type Unnumbered,
} from './told.ts';

/** Episodes of one connection that are told one by one; more of them, or other connections, are folded. */
const TOLD_SINGLY = 3;
/** Streams and clients remembered of a fold. */
const MOST_STREAMS = 256;
const MOST_CLIENTS = 16;
/** Folds of one rule before services are folded into hosts, and hosts into one. */
const MOST_SERVICES = 2_048;
const MOST_HOSTS = 4_096;

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
    if (worseThan(ranked, this.worst)) {
      this.worst = ranked;
      this.worstOf = aboutOf(facts);
    }
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
            .replaceAll('{clients}', clients.length === 1 ? `client ${named(worstOf.client)}` : severalClients)
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

/** All folds of a run. Memory is bounded by the number of folds, which is bounded per rule. */
export class Folds {
  readonly #folds = new Map<string, Fold>();
  readonly #perRule = new Map<string, number>();
  /** The folds that each connection is in, where somebody wants to know. */
  readonly #byConnection: Map<number, Set<Fold>> | null;

  constructor(keepConnections = false) {
    this.#byConnection = keepConnections ? new Map() : null;
  }

  /** The same folds, to go on with: what is added to the copy is not added here. Of connections it knows nothing. */
  copy(): Folds {
    const copy = new Folds();
    for (const [key, fold] of this.#folds) copy.#folds.set(key, fold.copy());
    for (const [rule, held] of this.#perRule) copy.#perRule.set(rule, held);
    return copy;
  }

  add(ranked: Ranked, facts: ConnectionFacts): void {
    const { address, port } = facts.server;
    const rule = ranked.meta.id;
    const side = ranked.draft.side ?? '';
    let fold = this.#folds.get(`${rule}|${side}|${address}|${port}`);
    if (fold === undefined) {
      const held = this.#perRule.get(rule) ?? 0;
      const host = held < MOST_HOSTS ? address : '';
      const at = held < MOST_SERVICES ? port : null;
      const key = [rule, side, ...(host === '' ? [] : [host]), ...(at === null ? [] : [at])].join('|');
      fold = this.#folds.get(key);
      if (fold === undefined) {
        fold = new Fold(ranked, aboutOf(facts), host, at);
        this.#folds.set(key, fold);
        this.#perRule.set(rule, held + 1);
      }
    }
    fold.add(ranked, facts);
    if (this.#byConnection === null) return;
    const folds = this.#byConnection.get(facts.connection);
    if (folds === undefined) this.#byConnection.set(facts.connection, new Set([fold]));
    else folds.add(fold);
  }

  /** Drops what a capture rule's finding tells better. */
  replace(by: Draft): void {
    if (by.replaces === undefined) return;
    const listed = new Set(by.connections ?? []);
    for (const [key, fold] of this.#folds) {
      if (!by.replaces.includes(fold.rule)) continue;
      const here =
        by.replacesAt !== undefined && fold.address === by.replacesAt.address && fold.port === by.replacesAt.port;
      const clients = fold.clients.values();
      const from = by.replacesFrom !== undefined && clients.length === 1 && clients[0] === by.replacesFrom;
      const on =
        by.replacesOn === 'connections' &&
        fold.connections <= MOST_STREAMS &&
        fold.numbers.values().every((connection) => listed.has(connection));
      if (here || from || on || by.replacesOn === 'capture') this.#folds.delete(key);
    }
  }

  /** Drops all of one rule. */
  drop(rule: string): void {
    for (const [key, fold] of this.#folds) if (fold.rule === rule) this.#folds.delete(key);
  }

  /** The rules that found something on each connection, of those whose findings are told in the end. */
  found(told: readonly { readonly rule: string; readonly connections: readonly number[] }[]): FoundRules {
    const rules = new Map<number, Set<string>>();
    if (this.#byConnection === null) return rules;
    const add = (connection: number, rule: string): void => {
      const ids = rules.get(connection);
      if (ids === undefined) rules.set(connection, new Set([rule]));
      else ids.add(rule);
    };
    for (const { rule, connections } of told) for (const connection of connections) add(connection, rule);
    const toldRules = new Set(told.map(({ rule }) => rule));
    const alive = new Set(this.#folds.values());
    for (const [connection, folds] of this.#byConnection) {
      for (const fold of folds) if (alive.has(fold) && toldRules.has(fold.rule)) add(connection, fold.rule);
    }
    return rules;
  }

  findings(): Unnumbered[] {
    return widened(
      widened([...this.#folds.values()], MOST_TOLD_OF_HOST, ({ address }) => address),
      MOST_TOLD_OF_RULE,
      () => '',
    ).flatMap((fold) => fold.findings());
  }
}

/** Services of one host, and hosts in all, that a rule tells one by one; what is more is told together. */
const MOST_TOLD_OF_HOST = 4;
const MOST_TOLD_OF_RULE = 20;

/** Folds of one rule and side that lie in the same place are told as one where they are more than `most`. */
function widened(folds: readonly Fold[], most: number, place: (fold: Fold) => string): Fold[] {
  const groups = new Map<string, Fold[]>();
  for (const fold of folds) {
    const key = `${fold.rule}|${fold.side}|${place(fold)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [fold]);
    else group.push(fold);
  }
  return [...groups.values()].flatMap((group) => {
    if (group.length <= most) return group;
    const [first] = group;
    const wide = new Fold(first!.worst, first!.worstOf, place(first!), null);
    for (const fold of group) wide.absorb(fold);
    return [wide];
  });
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
