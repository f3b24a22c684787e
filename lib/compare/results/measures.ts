import type { Estimate, MeasureComparison, MeasureName } from '../../facts/comparison.ts';
import type { ServiceRow, TimesFacts } from '../../facts/services.ts';
import { atLeast, fisher, mannWhitney, pooledQuantile, quantileInterval, wilson } from './statistics.ts';

/** A comparison that still waits to be judged: all tests are weighed together. */
export type Unjudged = Pick<MeasureComparison, 'measure' | 'kind' | 'before' | 'after' | 'p'>;

const TAIL = 0.95;

interface Share {
  readonly measure: MeasureName;
  /** [so many, of so many]. */
  readonly of: (row: ServiceRow) => readonly [number, number];
}

const SHARES: readonly Share[] = [
  { measure: 'refused', of: ({ refused, begun }) => [refused, begun] },
  { measure: 'unanswered', of: ({ unanswered, begun }) => [unanswered, begun] },
  { measure: 'reset', of: ({ reset, connections }) => [reset, connections] },
];

const TIMES: readonly {
  readonly median: MeasureName;
  readonly tail: MeasureName;
  readonly of: (row: ServiceRow) => TimesFacts | null;
}[] = [
  { median: 'handshakeMedian', tail: 'handshakeTail', of: ({ handshake }) => handshake },
  { median: 'responseMedian', tail: 'responseTail', of: ({ response }) => response },
];

/** Every figure of a service, before and after; null where it is not there. */
export function measuresOf(before: ServiceRow | null, after: ServiceRow | null): Unjudged[] {
  return [
    ...SHARES.map(({ measure, of }) => shares(measure, before && of(before), after && of(after))),
    retransmitted(before, after),
    ...TIMES.flatMap(({ median, tail, of }) => times(median, tail, before && of(before), after && of(after))),
  ].filter((each) => each.before !== null || each.after !== null);
}

function shares(
  measure: MeasureName,
  before: readonly [number, number] | null,
  after: readonly [number, number] | null,
): Unjudged {
  const p = before === null || after === null ? null : fisher(...before, ...after);
  const isEmpty = (before?.[0] ?? 0) + (after?.[0] ?? 0) === 0 || before?.[1] === 0 || after?.[1] === 0;
  return { measure, kind: 'share', before: shareOf(before), after: shareOf(after), p: isEmpty ? null : p };
}

function shareOf(counts: readonly [number, number] | null): Estimate | null {
  if (counts === null || counts[1] === 0) return null;
  const [part, whole] = counts;
  return { value: part / whole, samples: whole, ...wilson(part, whole) };
}

/**
 * Segments are not lost one by one but in runs, and a run of ten tells no more than one loss: both counts are divided by
 * the mean length of a run before they are tested (a design effect, after L. Kish 1965).
 */
function retransmitted(before: ServiceRow | null, after: ServiceRow | null): Unjudged {
  const runs = (before?.retransmissionRuns ?? 0) + (after?.retransmissionRuns ?? 0);
  const resent = (before?.retransmissions ?? 0) + (after?.retransmissions ?? 0);
  const effect = Math.max(1, runs === 0 ? 1 : resent / runs);
  const counts = (row: ServiceRow | null): readonly [number, number] | null =>
    row === null ? null : [Math.min(row.retransmissions, row.dataSegments), row.dataSegments];
  const thin = (pair: readonly [number, number] | null): readonly [number, number] | null =>
    pair && [Math.round(pair[0] / effect), Math.round(pair[1] / effect)];
  const [own, other] = [counts(before), counts(after)];
  const { p } = shares('retransmitted', thin(own), thin(other));
  const interval = (pair: readonly [number, number] | null): Estimate | null => {
    const estimate = shareOf(pair);
    return estimate && { ...estimate, ...wilson(pair![0] / effect, pair![1] / effect) };
  };
  return { measure: 'retransmitted', kind: 'share', before: interval(own), after: interval(other), p };
}

/** The middle of the times by their ranks; their tail by how many reach what both together reach once in twenty. */
function times(
  median: MeasureName,
  tail: MeasureName,
  before: TimesFacts | null,
  after: TimesFacts | null,
): Unjudged[] {
  const both = before !== null && after !== null;
  const [a, b] = [before?.histogram ?? [], after?.histogram ?? []];
  const limit = both ? pooledQuantile(a, b, TAIL) : 0;
  const beyond = both ? fisher(atLeast(a, limit), before.samples, atLeast(b, limit), after.samples) : null;
  return [
    {
      measure: median,
      kind: 'time',
      before: timeOf(before, 0.5),
      after: timeOf(after, 0.5),
      p: both ? mannWhitney(a, b) : null,
    },
    { measure: tail, kind: 'time', before: timeOf(before, TAIL), after: timeOf(after, TAIL), p: beyond },
  ];
}

function timeOf(facts: TimesFacts | null, share: number): Estimate | null {
  if (facts === null) return null;
  const value = share === 0.5 ? facts.p50 : facts.p95;
  return { value, samples: facts.samples, ...quantileInterval(facts.histogram, share) };
}
