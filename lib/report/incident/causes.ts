import type { Finding } from '../../facts/finding.ts';
import type { Report } from '../../facts/report.ts';
import { type Family, type RuleMeta, SEVERITIES } from '../../facts/rule.ts';

/** What findings may have in common: where to look, and who can mend it. */
export interface Cause {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  /** Rules that belong here: all of these families, and these. */
  readonly families: readonly Family[];
  readonly rules?: readonly string[];
}

export const CAUSES: readonly Cause[] = [
  {
    id: 'setup',
    title: 'Connections that did not come about, or slowly',
    meaning:
      'Attempts were refused, left unanswered or cost retries: a listener that is down or overrun, a filter, or a path that loses the first packets.',
    families: ['handshake'],
    rules: ['refused-storm', 'accept-queue-overflow'],
  },
  {
    id: 'path',
    title: 'The network between the hosts',
    meaning: 'Segments were lost, delayed, reordered or damaged on the way.',
    families: ['loss'],
    rules: [
      'correlated-loss',
      'rtt-inflated',
      'bad-checksum',
      'network-duplicates',
      'ttl-changed',
      'ecn-broken',
      'fin-retransmitted',
      'fin-wait-1-stuck',
      'last-ack-stuck',
    ],
  },
  {
    id: 'program',
    title: 'Programs that read, answer or close late',
    meaning: 'The network did its part; a program, or the host it runs on, did not keep up.',
    families: ['window', 'latency', 'teardown'],
    rules: ['close-wait-leak'],
  },
  {
    id: 'cut',
    title: 'Connections cut off',
    meaning: 'A reset, or a path that forgot the connection, ended what was still in use.',
    families: ['reset'],
    rules: ['reset-storm', 'keep-alive-unanswered'],
  },
  {
    id: 'suspicious',
    title: 'Traffic that looks forged or hostile',
    meaning: 'Segments that no correct stack sends, or attempts in numbers that no user makes.',
    families: ['traffic'],
    rules: [
      'reset-suspicious',
      'syn-in-connection',
      'retransmission-differs',
      'illegal-flags',
      'bad-header',
      'ack-of-unsent',
    ],
  },
  {
    id: 'settings',
    title: 'Settings and stacks',
    meaning: 'Options, sizes and timers that cost more than they need, or that one side does not understand.',
    families: ['protocol'],
    rules: [
      'mss-small',
      'sack-one-sided',
      'timestamps-one-sided',
      'window-scale-one-sided',
      'syn-data-ignored',
      'syn-data-without-tfo',
      'simultaneous-open',
      'simultaneous-close',
      'nagle-delayed-ack',
      'silly-window',
      'window-shrunk',
    ],
  },
  {
    id: 'ports',
    title: 'Ports and sockets in short supply',
    meaning: 'Connections follow each other so fast that their ports, or their remains, meet.',
    families: [],
    rules: ['connection-churn', 'time-wait-pressure', 'time-wait-reuse', 'old-duplicate'],
  },
  {
    id: 'capture',
    title: 'Limits of this capture',
    meaning: 'What the capture does not hold, or holds wrongly, limits what can be said.',
    families: ['capture'],
  },
];

/** Findings of one rule. */
export interface RuleGroup {
  readonly meta: RuleMeta;
  readonly findings: readonly Finding[];
}

/** Findings of one cause, by rule; worst first. */
export interface CauseGroup {
  readonly cause: Cause;
  readonly rules: readonly RuleGroup[];
}

/** The cause that findings of a rule count to. A rule named by none counts to that of its family. */
export function causeOf({ id, family }: Pick<RuleMeta, 'id' | 'family'>): Cause {
  return (
    CAUSES.find(({ rules = [] }) => rules.includes(id)) ?? CAUSES.find(({ families }) => families.includes(family))!
  );
}

/** The findings by cause, the worst cause first, what limits the capture last. */
export function groupByCause({ findings, rules }: Report): CauseGroup[] {
  const groups = new Map<Cause, Map<RuleMeta, Finding[]>>();
  for (const finding of findings) {
    const meta = rules.find((run) => run.meta.id === finding.rule)!.meta;
    const cause = causeOf(meta);
    const ofCause = groups.get(cause) ?? new Map<RuleMeta, Finding[]>();
    groups.set(cause, ofCause.set(meta, [...(ofCause.get(meta) ?? []), finding]));
  }
  return [...groups]
    .map(([cause, byRule]) => ({
      cause,
      rules: [...byRule].map(([meta, found]) => ({ meta, findings: found })).sort(worseFirst),
    }))
    .sort(
      (a, b) =>
        isCapture(a.cause) - isCapture(b.cause) || worseFirst(a.rules[0]!, b.rules[0]!) || weight(b) - weight(a),
    );
}

function isCapture({ id }: Cause): number {
  return id === 'capture' ? 1 : 0;
}

function worseFirst(a: RuleGroup, b: RuleGroup): number {
  return rank(a) - rank(b) || reach(b.findings) - reach(a.findings);
}

function rank({ findings }: RuleGroup): number {
  return Math.min(...findings.map(({ severity }) => SEVERITIES.indexOf(severity)));
}

/** Connections concerned, as far as findings know them. */
function reach(findings: readonly Finding[]): number {
  return findings.reduce((sum, { impact, connections }) => sum + (impact.connections ?? connections.length), 0);
}

function weight({ rules }: CauseGroup): number {
  return rules.reduce((sum, { findings }) => sum + reach(findings), 0);
}
