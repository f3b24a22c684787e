import type { CaptureFacts } from '../../facts/capture.ts';
import { secondsBetween } from '../../facts/moment.ts';
import type { Report } from '../../facts/report.ts';
import { SEVERITIES, type Severity } from '../../facts/rule.ts';
import { count, duration, list } from '../phrases.ts';

/** `2 errors and 1 note`, `nothing found`. */
export function headline(
  { summary }: Report,
  paint: (severity: Severity, text: string) => string = (_, text) => text,
): string {
  const counts = SEVERITIES.filter((severity) => summary[severity] > 0).map((severity) =>
    paint(severity, count(summary[severity], severity)),
  );
  return counts.length === 0 ? 'nothing found' : list(counts);
}

/** How long a capture lasted; empty where it holds nothing. */
export function lengthOf({ start, end }: CaptureFacts): string {
  return start === null || end === null ? '' : duration(secondsBetween(start, end));
}
