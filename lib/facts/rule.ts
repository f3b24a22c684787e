/** Severities, most serious first. `off` in configuration only. */
export const SEVERITIES = ['error', 'warning', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Of two severities the more serious. */
export function worse(a: Severity, b: Severity | null): Severity {
  return b !== null && SEVERITIES.indexOf(b) < SEVERITIES.indexOf(a) ? b : a;
}

export const FAMILIES = [
  'handshake',
  'teardown',
  'reset',
  'loss',
  'window',
  'latency',
  'protocol',
  'traffic',
  'capture',
] as const;
export type Family = (typeof FAMILIES)[number];

export const PRESETS = ['recommended', 'strict', 'ci', 'postmortem', 'security'] as const;
export type Preset = (typeof PRESETS)[number];

/**
 * What a rule must have to judge. Where it is missing the rule is skipped for that connection (or capture), and the
 * skip is counted.
 * - `handshake`: the connection's SYN exchange is in the capture
 * - `bothSides`: segments of both endpoints were seen
 * - `flightVisible`: bytes in flight can be judged from this tap
 */
export type Need = 'handshake' | 'bothSides' | 'flightVisible';

/** Units of rule options: they print behind the number and tell the schema its bounds. */
export type Unit = 's' | 'ms' | 'bytes' | '%' | '/s' | 'count' | 'ratio';

export interface RuleOption {
  readonly default: number | boolean;
  readonly unit: Unit;
  /** Values beyond these are refused: what they ask for is not noticed in the first place. Without them, from 0 on. */
  readonly least?: number;
  readonly most?: number;
  readonly description: string;
}

/** `at least 0.5`, `at least 0 and at most 1200`. */
export function boundsText({ least = 0, most }: RuleOption): string {
  return `at least ${least}${most === undefined ? '' : ` and at most ${most}`}`;
}

export type RuleOptions = { readonly [name: string]: RuleOption };
/** The values a rule is run with: numbers (in the units of the option) and booleans. */
export type OptionValues<O extends RuleOptions> = {
  readonly [K in keyof O]: O[K]['default'] extends boolean ? boolean : number;
};

/** All that is told of a rule: its documentation, its defaults, its schema are made from this. */
export interface RuleMeta<O extends RuleOptions = RuleOptions> {
  /** File name = id = test name = fixture name = documentation page. */
  readonly id: string;
  readonly family: Family;
  readonly scope: 'connection' | 'capture';
  /** One sentence: what it finds. */
  readonly summary: string;
  /** Why it hurts. */
  readonly why: string;
  readonly likelyCauses: readonly string[];
  readonly nextSteps: readonly string[];
  /** How to see it with one's own eyes in Wireshark. */
  readonly confirm?: string;
  /** Clauses, in the form `RFC 9293 3.10.7.4`. */
  readonly references: readonly string[];
  readonly severity: Severity;
  /** Presets in which it is on, where not all; `recommended` is the default preset. */
  readonly offIn?: readonly Preset[];
  readonly options: O;
  readonly needs: readonly Need[];
  /** Notes (facts/notes.ts) of which at least one must be set on a connection for the rule to be called. */
  readonly wakes?: number;
  readonly falsePositives: readonly string[];
  /** How others define it, and where they go wrong: for the documentation page. */
  readonly others?: string;
}
