import type { Incident } from '../../facts/incident.ts';
import { lengthOf } from '../lint/headline.ts';
import { count, grouped } from '../phrases.ts';
import { type CauseGroup, groupByCause } from './causes.ts';

/** The whole report in three sentences: what there was, the worst of it, and how far it can be trusted. */
export function verdictOf(incident: Incident): readonly [string, string, string] {
  const groups = groupByCause(incident.report);
  return [whatThereWas(incident), theWorst(incident, groups), howFar(groups)];
}

function whatThereWas({ report, services }: Incident): string {
  const capture = report.captures[0]!;
  const length = lengthOf(capture);
  const concerned = services.filter(({ findings }) => findings.length > 0).length;
  const found =
    concerned > 0
      ? `something was found at ${concerned === services.length ? 'all' : grouped(concerned)} of them`
      : report.findings.length > 0
        ? 'what was found is about none of them in particular'
        : 'nothing was found';
  const where = `${count(capture.connections, 'connection')} to ${count(services.length, 'service')}`;
  return `${length === '' ? 'There were' : `In ${length} there were`} ${where}; ${found}.`;
}

function theWorst({ report }: Incident, groups: readonly CauseGroup[]): string {
  const [group] = groups.filter(({ cause }) => cause.id !== 'capture');
  if (group === undefined) {
    return `None of the ${count(report.rules.length, 'rule')} that looked at it had anything to say about its connections.`;
  }
  const [worst] = group.rules[0]!.findings;
  return worst!.message;
}

function howFar(groups: readonly CauseGroup[]): string {
  const limits = groups.find(({ cause }) => cause.id === 'capture')?.rules.flatMap(({ findings }) => findings) ?? [];
  const [worst] = limits;
  if (worst === undefined) {
    return 'The capture shows no gaps or faults of its own that would weaken this.';
  }
  if (worst.severity === 'note') {
    return 'The capture has peculiarities, noted below, that do not weaken this.';
  }
  return `What the capture itself lacks limits this: ${worst.message}`;
}
