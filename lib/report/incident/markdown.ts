import type { Incident } from '../../facts/incident.ts';
import type { IncidentPage } from './format.ts';
import { verdictOf } from './verdict.ts';

export function* render(incident: Incident, _page: IncidentPage): Generator<string> {
  yield verdictOf(incident).join('\n\n');
}
