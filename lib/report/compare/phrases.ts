import type {
  Comparison,
  Estimate,
  MeasureComparison,
  MeasureName,
  RuleComparison,
  RuleCount,
  ServiceComparison,
} from '../../facts/comparison.ts';
import { count, duration, grouped, socket } from '../phrases.ts';

const NAMES: { readonly [name in MeasureName]: string } = {
  refused: 'refused',
  unanswered: 'not answered',
  reset: 'reset',
  retransmitted: 'segments sent again',
  handshakeMedian: 'handshake, median',
  handshakeTail: 'handshake, 95 %',
  responseMedian: 'response, median',
  responseTail: 'response, 95 %',
};

export function measureName({ measure }: MeasureComparison): string {
  return NAMES[measure];
}

/** `1.2 %` or `12.3 ms`; `-` where there is none. */
export function valueText(estimate: Estimate | null, kind: MeasureComparison['kind']): string {
  if (estimate === null) return '-';
  return kind === 'time' ? duration(estimate.value) : percent(estimate.value);
}

/** `0.4 % to 3.1 %, of 250`. */
export function intervalText(estimate: Estimate | null, kind: MeasureComparison['kind']): string {
  if (estimate === null) return 'none';
  const text = kind === 'time' ? duration : percent;
  return `${text(estimate.low)} to ${text(estimate.high)}, of ${grouped(estimate.samples)}`;
}

export function percent(share: number): string {
  return `${share === 0 ? 0 : share < 0.001 ? '<0.1' : Number((100 * share).toPrecision(share < 0.1 ? 2 : 3))} %`;
}

/** How sure it is. */
export function chanceText(p: number | null): string {
  return p === null ? '' : p < 0.0001 ? 'p < 0.0001' : `p = ${Number(p.toPrecision(2))}`;
}

/** `10.0.0.2:80`, or `10.0.0.2:80 → 10.1.0.2:80` where only the port is the same. */
export function serviceName({ before, after }: ServiceComparison, to: string): string {
  const text = (end: NonNullable<ServiceComparison['before']>): string =>
    `${socket(end.address, end.port)}${end.name === undefined ? '' : ` ${end.name}`}`;
  if (before === null || after === null) return text((before ?? after)!);
  return text(before) === text(after) ? text(after) : `${text(before)} ${to} ${text(after)}`;
}

/** Connections concerned, or findings, where a rule is not about connections. */
export function ruleText(rule: RuleComparison, side: RuleCount): string {
  return rule.p === null ? count(side.findings, 'finding') : count(side.connections, 'connection');
}

/** `3 got worse (1 error, 2 warnings), 1 better, 2 unclear`. */
export function summaryText({ summary, services, rules }: Comparison): string {
  const { worse, better, unclear, error, warning, note } = summary;
  const gravities = [count(error, 'error'), count(warning, 'warning'), count(note, 'note')].filter(
    (t) => !/^0/.test(t),
  );
  const same = services.flatMap(({ measures }) => measures).length + rules.length - worse - better - unclear;
  const which = worse === 0 ? '' : ` (${gravities.join(', ')})`;
  return `${worse} got worse${which}, ${better} better, ${unclear} may be chance, ${same} the same`;
}
