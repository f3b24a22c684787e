import type { PagePayload, Payload } from '../payload.ts';
import { activityOf } from './activity.ts';
import { connectionPage } from './connection.ts';
import { byId, readJson } from './dom.ts';
import { makeSortable } from './sorting.ts';
import { Span } from './span.ts';
import { ConnectionTable } from './table.ts';
import { startTheme } from './theme.ts';

/** The page of one file: what stands in it as HTML is made alive, and what is drawn is drawn. */
const payload = readJson<Payload>('incident')!;
const span = new Span(0, payload.length);

startTheme();
makeSortable();
byId('activity').replaceChildren(...activityOf(payload, span));
byId('table').replaceChildren(new ConnectionTable(payload, span).element);
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) {
    details.open = true;
  }
});

/** Where the reader was when a connection's page was opened. */
let scrolled = 0;

/** `#connection-12` is the page of a connection; everything else lies on the first page. */
function route(): void {
  const [, number] = /^#connection-(\d+)$/.exec(location.hash) ?? [];
  const page = number === undefined ? null : readJson<PagePayload>(`page-${number}`);
  const [overview, connection] = [byId('overview'), byId('connection')];
  if (page === null) {
    const back = !connection.hidden;
    connection.hidden = true;
    connection.replaceChildren();
    overview.hidden = false;
    if (back && location.hash === '#connections') {
      scrollTo(0, scrolled);
    } else if (location.hash.length > 1) {
      document.getElementById(location.hash.slice(1))?.scrollIntoView();
    }
    return;
  }
  if (!overview.hidden) {
    scrolled = scrollY;
  }
  overview.hidden = true;
  connection.hidden = false;
  const at = payload.pages.indexOf(page.connection);
  connection.replaceChildren(
    ...connectionPage(
      page,
      payload.findings.filter(({ id }) => page.findings.includes(id)),
      { previous: payload.pages[at - 1] ?? null, next: payload.pages[at + 1] ?? null },
    ),
  );
  scrollTo(0, 0);
  connection.focus({ preventScroll: true });
}

addEventListener('hashchange', route);
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !byId('connection').hidden) {
    location.hash = '#connections';
  }
});
route();
