import type { Side } from '../../../facts/connection.ts';
import { count, duration, grouped, shortSize } from '../../phrases.ts';
import type { EndPayload, FindingPayload, PagePayload } from '../payload.ts';
import { el } from './dom.ts';
import { ladderOf } from './ladder.ts';
import { Lanes } from './lanes.ts';
import { pointsOf } from './points.ts';
import { chartsOf } from './sequence.ts';
import { Span } from './span.ts';

export interface Neighbours {
  readonly previous: number | null;
  readonly next: number | null;
}

/** The page of one connection. */
export function connectionPage(
  page: PagePayload,
  findings: readonly FindingPayload[],
  { previous, next }: Neighbours,
): HTMLElement[] {
  const points = pointsOf(page);
  const span = new Span(0, Math.max(page.duration, ...points.slice(-1).map(({ time }) => time)) * 1.005 || 1e-3);
  const charts = el('div', { class: 'charts' });
  const side: Side = page.ends.server.facts.bytes > page.ends.client.facts.bytes ? 'server' : 'client';
  const show = (chosen: Side): void => {
    charts.replaceChildren(...chartsOf(page, points, chosen, span).map(({ element }) => element));
  };
  show(side);
  const link = (connection: number | null, text: string): HTMLElement | null =>
    connection === null ? null : el('a', { href: `#connection-${connection}` }, text);
  return [
    el(
      'p',
      { class: 'walk' },
      el('a', { href: '#connections' }, '← All connections'),
      link(previous, `‹ Connection ${previous}`),
      link(next, `Connection ${next} ›`),
    ),
    el('h2', { class: 'page-title' }, `Connection ${page.connection}`),
    el('p', { class: 'pair' }, el('code', {}, page.title)),
    el(
      'p',
      { class: 'where' },
      [`from ${page.start.toFixed(6)} s, for ${duration(page.duration)}`, ...page.remarks].join(' · '),
    ),
    findingsOf(findings),
    endsTable(page),
    el('h3', {}, 'Over time'),
    controls(span, side, show),
    new Lanes(page, span).element,
    charts,
    ...(points.length === 0 ? [] : [drawnNote(page, points.length)]),
    ladderOf(page, points, findings),
  ];
}

function findingsOf(findings: readonly FindingPayload[]): HTMLElement {
  if (findings.length === 0) {
    return el('p', { class: 'where' }, 'No rule found anything here.');
  }
  return el(
    'ul',
    { class: 'found' },
    ...findings.map(({ id, severity, rule, message }) =>
      el(
        'li',
        {},
        el('span', { class: `tag ${severity}` }, severity),
        ` ${message} `,
        el('a', { href: `#finding-${id}` }, rule),
      ),
    ),
  );
}

/** Buttons for all that keys do, and whose segments are shown. */
function controls(span: Span, side: Side, show: (side: Side) => void): HTMLElement {
  const button = (text: string, label: string, click: () => void): HTMLElement =>
    el('button', { type: 'button', 'aria-label': label, click }, text);
  const choice = (value: Side, text: string): HTMLElement =>
    el(
      'label',
      {},
      el('input', { type: 'radio', name: 'side', value, checked: value === side, change: () => show(value) }),
      text,
    );
  return el(
    'div',
    { class: 'controls' },
    el(
      'fieldset',
      {},
      el('legend', { class: 'unseen' }, 'Whose segments'),
      choice('client', 'client → server'),
      choice('server', 'server → client'),
    ),
    el(
      'span',
      { role: 'group', 'aria-label': 'Zoom' },
      button('+', 'Zoom in', () => span.zoom(0.5)),
      button('−', 'Zoom out', () => span.zoom(2)),
      button('◀', 'Move left', () => span.pan(-0.2)),
      button('▶', 'Move right', () => span.pan(0.2)),
      button('Whole', 'Show the whole', () => span.reset()),
    ),
  );
}

function drawnNote({ segments, leftOut }: PagePayload, points: number): HTMLElement {
  if (points === segments) {
    return el('p', { class: 'rest' }, `All ${count(segments, 'segment')} are drawn.`);
  }
  const cut = leftOut === 0 ? '' : ` ${count(leftOut, 'segment')} left out.`;
  return el('p', { class: 'rest' }, `${grouped(points)} points stand for ${count(segments, 'segment')}.${cut}`);
}

type EndFact = readonly [name: string, text: (facts: EndPayload['facts']) => string];

const END_FACTS: readonly EndFact[] = [
  ['packets', ({ packets }) => grouped(packets)],
  ['payload', ({ uniqueBytes }) => shortSize(uniqueBytes)],
  ['sent again', ({ bytes, uniqueBytes }) => (bytes > uniqueBytes ? shortSize(bytes - uniqueBytes) : '–')],
  [
    'retransmissions',
    ({ retransmissions, spurious }) => some(retransmissions) + (spurious > 0 ? ` (${grouped(spurious)} spurious)` : ''),
  ],
  ['reordered', ({ reordered }) => some(reordered)],
  ['duplicates', ({ duplicates }) => some(duplicates)],
  ['RTT p50, p95', ({ rtt }) => (rtt === null ? '–' : `${duration(rtt.p50)}, ${duration(rtt.p95)}`)],
  ['largest window', ({ maxWindow }) => shortSize(maxWindow)],
  ['zero window', ({ zeroWindowTime }) => (zeroWindowTime === 0 ? '–' : duration(zeroWindowTime))],
  ['offered', offered],
  [
    'limited by',
    ({ limitedBy }) =>
      limitedBy === null
        ? '–'
        : Object.entries(limitedBy)
            .filter(([, share]) => share >= 0.005)
            .map(([what, share]) => `${LIMITS[what]} ${Math.round(share * 100)} %`)
            .join(', '),
  ],
];

const LIMITS: { readonly [limit: string]: string } = {
  application: 'program',
  receiveWindow: 'receive window',
  network: 'network',
};

function some(n: number): string {
  return n === 0 ? '–' : grouped(n);
}

/** What its SYN offered. */
function offered({ mss, windowScale, sackPermitted, timestamps }: EndPayload['facts']): string {
  const offers = [
    ...(mss === null ? [] : [`MSS ${grouped(mss)}`]),
    ...(windowScale === null ? [] : [`scale ${windowScale}`]),
    ...(sackPermitted === true ? ['SACK'] : []),
    ...(timestamps === true ? ['timestamps'] : []),
  ];
  return offers.length === 0 ? '–' : offers.join(', ');
}

/** Facts that neither end has are left out. */
function endsTable({ ends }: PagePayload): HTMLElement {
  const sides = ['client', 'server'] as const;
  const told = END_FACTS.filter(([, text]) => sides.some((side) => text(ends[side].facts) !== '–'));
  const head = (title: string, made = {}): HTMLElement => el('th', { scope: 'col', ...made }, title);
  const row = (side: Side): HTMLElement =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, side),
      el('td', {}, el('code', {}, ends[side].name)),
      ...told.map(([, text]) => el('td', { class: 'n' }, text(ends[side].facts))),
    );
  return el(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Both ends' },
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, head('end'), head('address'), ...told.map(([name]) => head(name, { class: 'n' })))),
      el('tbody', {}, ...sides.map(row)),
    ),
  );
}
