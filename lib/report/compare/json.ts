import type { ComparedCapture, Comparison } from '../../facts/comparison.ts';
import { epoch } from '../../facts/moment.ts';
import { SCHEMA_VERSION, TOOL } from '../../facts/report.ts';
import { json } from '../escape.ts';

/** The whole comparison: what did not change, too. */
export function render({ before, after, ...rest }: Comparison): string {
  return `${json({ schemaVersion: SCHEMA_VERSION, tool: TOOL, before: side(before), after: side(after), ...rest })}\n`;
}

function side({ start, end, ...rest }: ComparedCapture): object {
  return { ...rest, start: start && epoch(start), end: end && epoch(end) };
}
