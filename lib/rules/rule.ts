import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts, Side } from '../facts/connection.ts';
import type { Evidence, FindingEndpoint } from '../facts/finding.ts';
import type { Moment } from '../facts/moment.ts';
import type { OptionValues, RuleMeta, RuleOptions, Severity } from '../facts/rule.ts';
import type { Confidence } from '../facts/verdict.ts';

/**
 * The kit that a rule is made with: `defineRule({ meta, connection })` or `defineRule({ meta, capture })`. A rule is a
 * pure function of facts and options; it never sees a packet, keeps nothing between calls and prints nothing.
 */
export type Rule = ConnectionRule | CaptureRule;

export interface ConnectionRule {
  readonly meta: RuleMeta;
  /** Judges one connection when it ends or leaves memory. */
  readonly connection: (facts: ConnectionFacts, options: never, capture: Watch) => Draft | readonly Draft[] | null;
}

export interface CaptureRule {
  readonly meta: RuleMeta;
  /** Judges the capture at its end, on merged counters. */
  readonly capture: (facts: CaptureFacts, options: never) => Draft | readonly Draft[] | null;
}

/** What a connection rule may know of the capture around its connection. */
export interface Watch {
  /** Time of the first record and end of the capture as the contract defines it. */
  readonly start: Moment;
  readonly end: Moment;
}

/** What a rule says. The runtime adds identity, order, endpoints, filter and fingerprint, and folds equal drafts. */
export interface Draft {
  /** Where it differs from `meta.severity`. */
  readonly severity?: Severity;
  readonly confidence: Confidence;
  /** One sentence: who did what, where, how much. Name both sides as `address:port`. */
  readonly message: string;
  /**
   * The sentence for many such findings of one service folded into one. `{connections}` and `{clients}` become counts
   * with their noun. Without it, the worst one's message stands with the count behind it.
   */
  readonly together?: string;
  /** Whose fault or burden it is, for folding and for the fingerprint; absent for the connection as a whole. */
  readonly side?: Side;
  readonly frames: readonly number[];
  /** How many frames it is about, where `frames` holds only examples. */
  readonly frameCount?: number;
  readonly start: Moment;
  readonly end: Moment;
  readonly lowerBound?: boolean;
  readonly impact: { readonly seconds?: number; readonly bytes?: number; readonly connections?: number };
  readonly evidence: Evidence;
  /** Those of `meta.likelyCauses` (or others) that this capture supports; without it, all of meta's. */
  readonly likelyCauses?: readonly string[];
  readonly nextSteps?: readonly string[];
  /** A Wireshark display filter; without it, one made from the connection's streams. */
  readonly filter?: string;
  /** For capture rules: whom it is about and which connections show it. */
  readonly endpoints?: readonly FindingEndpoint[];
  readonly connections?: readonly number[];
  /**
   * Rule ids whose findings on the same subject (connection, and side where this one has one) this one replaces, but for
   * those that were over before it began.
   */
  readonly replaces?: readonly string[];
  /** The same whichever side they are about. */
  readonly replacesEitherSide?: boolean;
  /** Whom the replaced findings are about: all connections of `address:port` (a service), rather than this connection. */
  readonly replacesAt?: { readonly address: string; readonly port: number };
  /** The same, for findings whose clients are all this address. */
  readonly replacesFrom?: string;
  /**
   * The same, for findings that are all on `connections` and went on while it lasts (then it is as severe as the worst of
   * them), or for all there are in the capture.
   */
  readonly replacesOn?: 'connections' | 'capture';
}

type Judge<F extends unknown[]> = (...args: F) => Draft | readonly Draft[] | null;

export function defineRule<const O extends RuleOptions>(
  rule:
    | { meta: RuleMeta<O>; connection: Judge<[facts: ConnectionFacts, options: OptionValues<O>, capture: Watch]> }
    | { meta: RuleMeta<O>; capture: Judge<[facts: CaptureFacts, options: OptionValues<O>]> },
): Rule {
  return rule as unknown as Rule;
}
