import type { Side } from '../../../facts/connection.ts';
import { KEPT, LONGEST_RUN, runsOf, SILENCE_SECONDS } from '../../layout/runs.ts';
import { segmentTexts } from '../../layout/segment-texts.ts';
import { count, duration, shortSize } from '../../phrases.ts';
import type { FindingPayload, PagePayload } from '../payload.ts';
import { el } from './dom.ts';
import { FIN, flagNames, type Point, RST, SYN } from './points.ts';

/** Rungs that are drawn before somebody asks for more. */
const AT_ONCE = 400;

/** What happens at one moment: a segment, or states that change without one. */
interface Step {
  readonly time: number;
  readonly point: Point | null;
  readonly states: { readonly [side in Side]?: { readonly state: string; readonly cause: string } };
}

/** Who sent what, with the states of both ends beside it; long ordinary stretches are folded until asked for. */
export function ladderOf(
  page: PagePayload,
  points: readonly Point[],
  findings: readonly FindingPayload[],
): HTMLElement {
  const steps = stepsOf(page, points);
  const rungs = runsOf(
    steps,
    ({ point, states }) => point !== null && isOrdinary(point) && Object.keys(states).length === 0,
    (step, before) => step.time - before.time >= SILENCE_SECONDS,
  ).flatMap(rungsOfRun);
  const list = el('ol', { class: 'ladder' });
  const more = el('button', { type: 'button', class: 'more' }, '');
  let shown = 0;
  let last: number | null = null;
  const show = (upTo: number): void => {
    for (; shown < Math.min(rungs.length, upTo); shown++) {
      const rung = rungs[shown]!;
      const begin = rung[0]!.time;
      if (last !== null && begin - last >= SILENCE_SECONDS) {
        list.append(wordRung(`${duration(begin - last)} of silence`));
      }
      last = rung.at(-1)!.time;
      list.append(rung.length === 1 ? stepRung(rung[0]!) : foldRung(rung));
    }
    more.hidden = shown >= rungs.length;
    more.textContent = `Show ${count(Math.min(AT_ONCE, rungs.length - shown), 'more rung')} of ${rungs.length - shown}`;
  };
  more.addEventListener('click', () => show(shown + AT_ONCE));
  show(AT_ONCE);
  const about = findings.length === 0 ? null : `${count(findings.length, 'finding')} above`;
  return el(
    'section',
    { 'aria-labelledby': 'ladder-title' },
    el('h3', { id: 'ladder-title' }, 'Segments', about === null ? null : el('span', { class: 'count' }, ` ${about}`)),
    el(
      'p',
      { class: 'ladder-head', 'aria-hidden': 'true' },
      ...['frame', 'time', 'client', '', 'server'].map((text) => el('span', {}, text)),
    ),
    list,
    more,
  );
}

/** A run too long is its ends and, between them, all the rest as one. */
function rungsOfRun(run: Step[]): Step[][] {
  const single = (steps: readonly Step[]): Step[][] => steps.map((step) => [step]);
  return run.length <= LONGEST_RUN
    ? single(run)
    : [...single(run.slice(0, KEPT)), run.slice(KEPT, -KEPT), ...single(run.slice(-KEPT))];
}

function isOrdinary({ mark, flags, window }: Point): boolean {
  return mark === null && (flags & (SYN | FIN | RST)) === 0 && window !== 0;
}

/** Segments with the states that begin at them, and state changes without a segment between them. */
function stepsOf({ ends }: PagePayload, points: readonly Point[]): Step[] {
  const shown = new Set(points.map(({ frame }) => frame));
  const states = new Map<number, Step['states']>();
  const timers: Step[] = [];
  for (const side of ['client', 'server'] as const) {
    for (const { state, frame, start, cause } of ends[side].spells) {
      if (frame !== null && shown.has(frame)) {
        states.set(frame, { ...states.get(frame), [side]: { state, cause } });
      } else {
        timers.push({ time: start, point: null, states: { [side]: { state, cause } } });
      }
    }
  }
  const steps = points.map((point): Step => ({ time: point.time, point, states: states.get(point.frame) ?? {} }));
  return [...steps, ...timers].sort((a, b) => a.time - b.time);
}

function stepRung({ time, point, states }: Step): HTMLElement {
  const cells = [
    el('span', { class: 'frame' }, point === null ? '' : String(point.frame)),
    el('span', { class: 'time' }, time.toFixed(6)),
    stateCell(states.client?.state),
    point === null ? wordCell(causes(states)) : arrow(point),
    stateCell(states.server?.state),
  ];
  const verdict = point === null || point.verdict === '' ? null : el('span', { class: 'remark' }, point.verdict);
  return el('li', { class: `rung ${point?.mark ?? ''}`.trim() }, ...cells, verdict);
}

function causes(states: Step['states']): string {
  return [...new Set(Object.values(states).map(({ cause }) => cause))].join(', ');
}

function stateCell(state: string | undefined): HTMLElement {
  return el('span', { class: state === undefined ? 'line' : `line state-text t-${state}` }, state ?? '');
}

function arrow(point: Point): HTMLElement {
  const { from, seq, length, ack, window } = point;
  const [first, ...others] = segmentTexts({
    flags: flagNames(point.flags),
    seq,
    length,
    ack,
    window: window === null ? null : String(window),
    odd: point.mark !== null,
  });
  const many = point.stands > 1 ? ` ×${point.stands}` : '';
  return el(
    'span',
    { class: `arrow ${from === 'client' ? 'right' : 'left'}${(point.flags & RST) === 0 ? '' : ' reset'}` },
    el('b', {}, first! + many),
    ` ${others.join(' ')}`,
    el('span', { class: 'unseen' }, ` from the ${from}`),
  );
}

function wordCell(text: string): HTMLElement {
  return el('span', { class: 'words' }, text);
}

function wordRung(text: string): HTMLElement {
  return el(
    'li',
    { class: 'rung pause' },
    el('span'),
    el('span'),
    el('span', { class: 'line' }),
    wordCell(text),
    el('span', { class: 'line' }),
  );
}

/** Many ordinary segments as one line, which opens into all of them. */
function foldRung(steps: readonly Step[]): HTMLElement {
  const sent = (side: Side): number =>
    steps.reduce((sum, { point }) => sum + (point?.from === side ? point.length : 0), 0);
  const segments = steps.reduce((sum, { point }) => sum + (point?.stands ?? 0), 0);
  const parts = [
    count(segments, 'segment'),
    ...(sent('client') > 0 ? [`${shortSize(sent('client'))} →`] : []),
    ...(sent('server') > 0 ? [`← ${shortSize(sent('server'))}`] : []),
  ];
  const rung = wordRung('');
  const button = el(
    'button',
    { type: 'button', class: 'fold', click: () => rung.replaceWith(...steps.map(stepRung)) },
    `… ${parts.join(', ')}`,
  );
  rung.querySelector('.words')!.append(button);
  return rung;
}
