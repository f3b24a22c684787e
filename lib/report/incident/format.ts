import type { Incident } from '../../facts/incident.ts';
import type { PageOptions } from '../page.ts';

/** What a format may know of where its report goes. */
export interface IncidentPage extends PageOptions {
  /** Where a picture can be found from the report; the SVG is put there. `name` is fit for a file. */
  readonly picture: (name: string, svg: string) => string;
}

/** What the module of a report's format exports: the report in pieces, as there may be much of it. */
export interface IncidentFormat {
  render(incident: Incident, page: IncidentPage): Iterable<string>;
}
