import type { ConnectionFacts } from '../facts/connection.ts';
import { type Severity, worse } from '../facts/rule.ts';
import type { Draft } from '../rules/rule.ts';
import type { FoundRules } from './expect.ts';
import { Fold } from './fold.ts';
import { aboutOf, type Ranked, type Unnumbered } from './told.ts';

/** Folds of one rule before services are folded into hosts, and hosts into one. */
const MOST_SERVICES = 2_048;
const MOST_HOSTS = 4_096;

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
    const kind = kindOf(ranked);
    let fold = this.#folds.get(`${kind}|${address}|${port}`);
    if (fold === undefined) {
      const held = this.#perRule.get(rule) ?? 0;
      const host = held < MOST_HOSTS ? address : '';
      const at = held < MOST_SERVICES ? port : null;
      const key = [kind, ...(host === '' ? [] : [host]), ...(at === null ? [] : [at])].join('|');
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

  /** Drops what a capture rule's finding tells better. The worst severity of what it drops on its connections, or null. */
  replace(by: Draft): Severity | null {
    let worst: Severity | null = null;
    if (by.replaces === undefined) return worst;
    const listed = new Set(by.connections ?? []);
    for (const [key, fold] of this.#folds) {
      if (!by.replaces.includes(fold.rule)) continue;
      const here =
        by.replacesAt !== undefined && fold.address === by.replacesAt.address && fold.port === by.replacesAt.port;
      const clients = fold.clients.values();
      const from = by.replacesFrom !== undefined && clients.length === 1 && clients[0] === by.replacesFrom;
      const on = by.replacesOn === 'connections' && fold.isExplained(by, listed);
      if (here || from || on || by.replacesOn === 'capture') this.#folds.delete(key);
      if (on) worst = worse(fold.worst.severity, worst);
    }
    return worst;
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

/** What findings must have in common to be told as one, besides their place: guesses are not counted among what is known. */
function kindOf({ draft, meta }: Ranked): string {
  return `${meta.id}|${draft.side ?? ''}|${draft.confidence === 'low' ? 'low' : ''}`;
}

/** Folds of one kind that lie in the same place are told as one where they are more than `most`. */
function widened(folds: readonly Fold[], most: number, place: (fold: Fold) => string): Fold[] {
  const groups = new Map<string, Fold[]>();
  for (const fold of folds) {
    const key = `${kindOf(fold.worst)}|${place(fold)}`;
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
