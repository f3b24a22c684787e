import type { Incident } from '../../facts/incident.ts';
import type { Report } from '../../facts/report.ts';
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
  const where = `${count(capture.connections, 'connection')} to ${count(services.length, 'service')}`;
  return `${where}${length === '' ? '' : ` in ${length}`}${whereFound(report, services)}.`;
}

function whereFound({ findings }: Report, services: Incident['services']): string {
  const concerned = services.filter((service) => service.findings.length > 0).length;
  // The heading tells how much there is, and where there is one service, where.
  if (findings.length === 0 || (services.length === 1 && concerned === 1)) return '';
  if (concerned === 0) return '; what was found is about none of them in particular';
  return `; something was found at ${concerned === services.length ? 'every one' : grouped(concerned)} of them`;
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
