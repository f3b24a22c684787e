import type { CaptureFacts } from '../../facts/capture.ts';
import type {
  ComparedCapture,
  Comparison,
  MeasureComparison,
  Outcome,
  RuleComparison,
  RuleCount,
  ServiceComparison,
} from '../../facts/comparison.ts';
import type { Finding } from '../../facts/finding.ts';
import type { RuleRun } from '../../facts/report.ts';
import { type RuleMeta, SEVERITIES, type Severity } from '../../facts/rule.ts';
import type { ServiceRow } from '../../facts/services.ts';
import { measuresOf, type Unjudged } from './measures.ts';
import { matchServices } from './services.ts';
import { benjaminiHochberg, fisher } from './statistics.ts';

/** Smaller changes of a share matter to nobody: half a percentage point, and a tenth of what it was. */
const LEAST_SHARE = 0.005;
/** And of a time: a millisecond, and a tenth of what it was. */
const LEAST_SECONDS = 0.001;
const LEAST_RATIO = 1.1;
/** From here on a worsening is an error: five percentage points and twice the share, twice the time and 10 ms. */
const GRAVE_SHARE = 0.05;
const GRAVE_SECONDS = 0.01;
const GRAVE_RATIO = 2;

/** All that is known of one of the captures. */
export interface Result {
  readonly capture: CaptureFacts;
  /** Connections of it that were selected. */
  readonly connections: number;
  readonly services: readonly ServiceRow[];
  readonly findings: readonly Finding[];
  readonly rules: readonly RuleRun[];
}

/** Of what is called better or worse, so much may be chance, unless somebody says otherwise. */
export const USUAL_RATE = 0.05;

/** `rate`: of what is called better or worse, this share at most may be chance. */
export function compareResults(before: Result, after: Result, rate: number): Comparison {
  const pairs = matchServices(before.services, after.services).map((pair) => ({
    ...pair,
    measures: measuresOf(pair.before, pair.after),
  }));
  const counted = countRules(before, after);
  const tests = [...pairs.flatMap(({ measures }) => measures), ...counted].flatMap(({ p }) => (p === null ? [] : [p]));
  const threshold = benjaminiHochberg(tests, rate);
  const services = pairs
    .map(
      ({ measures, ...pair }): ServiceComparison => ({
        before: pair.before?.server ?? null,
        after: pair.after?.server ?? null,
        matchedBy: pair.matchedBy,
        connections: { before: pair.before?.connections ?? 0, after: pair.after?.connections ?? 0 },
        measures: measures.map((each) => judgeMeasure(each, threshold)),
      }),
    )
    .sort((a, b) => rankOf(a.measures) - rankOf(b.measures) || b.connections.after - a.connections.after);
  const rules = counted
    .map((each) => judgeRule(each, threshold))
    .sort((a, b) => rankOf([a]) - rankOf([b]) || (a.rule < b.rule ? -1 : 1));
  const judged = [...services.flatMap(({ measures }) => measures), ...rules];
  const count = (outcome: Outcome): number => judged.filter((each) => each.outcome === outcome).length;
  const worse = (severity: Severity): number =>
    judged.filter((each) => each.outcome === 'worse' && each.severity === severity).length;
  return {
    before: side(before),
    after: side(after),
    falseDiscoveryRate: rate,
    tests: tests.length,
    services,
    rules,
    summary: {
      better: count('better'),
      worse: count('worse'),
      unclear: count('unclear'),
      error: worse('error'),
      warning: worse('warning'),
      note: worse('note'),
    },
  };
}

function side({ capture, connections }: Result): ComparedCapture {
  const { path, packets, start, end } = capture;
  return { path, packets, connections, start, end };
}

const OUTCOMES: readonly Outcome[] = ['worse', 'better', 'unclear', 'same'];

/** What got worse first, by severity; then what got better, what is unclear, and the rest. */
function rankOf(judged: readonly { readonly outcome: Outcome; readonly severity: Severity | null }[]): number {
  const ranks = judged.map(({ outcome, severity }) => {
    const gravity = severity === null ? SEVERITIES.length : SEVERITIES.indexOf(severity);
    return OUTCOMES.indexOf(outcome) * 10 + (outcome === 'worse' ? gravity : 0);
  });
  return Math.min(...ranks, OUTCOMES.length * 10);
}

function judgeMeasure(measure: Unjudged, threshold: number): MeasureComparison {
  const { before, after, kind, p } = measure;
  if (before === null || after === null) return { ...measure, outcome: 'same', severity: null };
  const [low, high] = before.value < after.value ? [before.value, after.value] : [after.value, before.value];
  const isMore = high >= low * LEAST_RATIO && high - low >= (kind === 'share' ? LEAST_SHARE : LEAST_SECONDS);
  const isGrave = high >= low * GRAVE_RATIO && high - low >= (kind === 'share' ? GRAVE_SHARE : GRAVE_SECONDS);
  const outcome = !isMore
    ? 'same'
    : p === null || p > threshold
      ? 'unclear'
      : after.value > before.value
        ? 'worse'
        : 'better';
  return { ...measure, outcome, severity: isGrave ? 'error' : 'warning' };
}

interface CountedRule {
  readonly meta: RuleMeta;
  readonly before: RuleCount;
  readonly after: RuleCount;
  /** Connections concerned are a larger share of all than before. */
  readonly isMore: boolean;
  readonly p: number | null;
}

/** Rules that found something in either. */
function countRules(before: Result, after: Result): CountedRule[] {
  const metas = new Map([...before.rules, ...after.rules].map(({ meta }) => [meta.id, meta]));
  const found = new Set([...before.findings, ...after.findings].map(({ rule }) => rule));
  return [...found].flatMap((id) => {
    const meta = metas.get(id);
    if (meta === undefined) return [];
    const [own, other] = [countOf(id, before), countOf(id, after)];
    const isShare = meta.scope === 'connection' && before.connections > 0 && after.connections > 0;
    const p = isShare ? fisher(own.connections, before.connections, other.connections, after.connections) : null;
    const isMore = other.connections * before.connections > own.connections * after.connections;
    return [{ meta, before: own, after: other, isMore, p: meta.family === 'capture' ? null : p }];
  });
}

function countOf(id: string, { findings, connections }: Result): RuleCount {
  const own = findings.filter(({ rule }) => rule === id);
  const concerned = own.reduce((sum, each) => sum + (each.impact.connections ?? each.connections.length), 0);
  const severity = SEVERITIES.find((each) => own.some((finding) => finding.severity === each)) ?? null;
  return { findings: own.length, connections: Math.min(concerned, connections), severity };
}

/** A rule of connections by the share of them that it is about; one of captures has thresholds of its own: it is there or not. */
function judgeRule({ meta, before, after, isMore, p }: CountedRule, threshold: number): RuleComparison {
  const worst = after.severity ?? before.severity;
  const judged = { rule: meta.id, family: meta.family, before, after, p };
  if (meta.family === 'capture') return { ...judged, outcome: 'same', severity: null };
  if (p === null) {
    const change = gravity(after.severity) - gravity(before.severity);
    return { ...judged, outcome: change === 0 ? 'same' : change > 0 ? 'worse' : 'better', severity: worst };
  }
  const isEqual = before.connections === after.connections && before.findings === after.findings;
  const outcome = isEqual || p === 1 ? sameOr(before, after) : p > threshold ? 'unclear' : isMore ? 'worse' : 'better';
  return { ...judged, outcome, severity: worst };
}

function sameOr(before: RuleCount, after: RuleCount): Outcome {
  return (before.findings === 0) === (after.findings === 0) ? 'same' : 'unclear';
}

function gravity(severity: Severity | null): number {
  return severity === null ? 0 : SEVERITIES.length - SEVERITIES.indexOf(severity);
}
