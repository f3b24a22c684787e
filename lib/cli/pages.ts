import type { Known, Overview } from '../engine/incident/overview.ts';
import { PlotReader } from '../engine/incident/plots.ts';
import { readTrace } from '../engine/sources/trace.ts';
import type { Finding } from '../facts/finding.ts';
import type { Activity, ConnectionPage } from '../facts/incident.ts';
import { namedConnection } from '../lint/names.ts';
import { inTurns } from '../report/incident/turns.ts';
import type { Source } from './analyse.ts';
import type { CaptureOptions } from './options.ts';
import { Progress } from './progress.ts';
import { endOnSignal } from './stop.ts';
import type { Terminal } from './terminal.ts';

/** Connections that get a page of their own. */
const MOST_PAGES = 200;
/** Points of all pages together, and of one. */
const MOST_POINTS = 200_000;
const MOST_POINTS_PER_PAGE = 40_000;

/** The connections that get a page: those asked for, then some of every finding. */
export function pagesFor(
  findings: readonly Finding[],
  asked: readonly number[],
  overview: Overview,
): { readonly known: readonly Known[]; readonly leftOut: number } {
  const numbers = new Set(asked.slice(0, MOST_PAGES));
  let leftOut = 0;
  for (const number of inTurns(findings)) {
    if (numbers.size < MOST_PAGES) {
      numbers.add(number);
    } else if (!numbers.has(number)) {
      leftOut++;
    }
  }
  const known = [...numbers].map((number) => overview.find(number)).filter((each) => each !== null);
  return { known, leftOut };
}

/** Reads the capture again for the segments of these connections, and for all traffic over time. */
export async function drawPages(
  inputs: readonly string[],
  known: readonly Known[],
  origin: Source,
  options: CaptureOptions,
  terminal: Terminal,
  discard: () => void,
): Promise<{ readonly pages: readonly ConnectionPage[]; readonly traffic: Pick<Activity, 'segments' | 'bytes'> }> {
  const points = Math.min(MOST_POINTS_PER_PAGE, Math.floor(MOST_POINTS / Math.max(1, known.length)));
  const reader = new PlotReader(origin.start ?? { seconds: 0, nanos: 0 }, known, points, {
    ...(options.timeWait === undefined ? {} : { timeWaitSeconds: options.timeWait }),
    ...(options.captureEnd === undefined ? {} : { captureEnd: options.captureEnd }),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
  });
  const progress = new Progress(terminal, `${origin.path} (pictures)`);
  const release = endOnSignal(terminal, discard);
  try {
    await readTrace(inputs, reader, { onProgress: progress.update });
  } finally {
    progress.end();
    release();
  }
  const { pages, traffic } = reader.drawn();
  const named = pages.map(({ facts, plot }) => ({ facts: namedConnection(facts, origin.nameOf, new Map()), plot }));
  return { pages: named, traffic };
}
