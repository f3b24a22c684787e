import type { Series } from '../../../facts/incident.ts';
import { bitRate } from '../../../facts/wording.ts';
import { duration, grouped } from '../../phrases.ts';
import type { FindingPayload, Payload } from '../payload.ts';
import { Chart, type Line } from './chart.ts';
import { el, svg } from './dom.ts';
import type { Span } from './span.ts';

/** All connections over time: what was found, what was sent, and how many were in the states that tell of trouble. */
export function activityOf({ activity, findings }: Payload, span: Span): HTMLElement[] {
  return [
    ...(findings.length === 0 ? [] : [new FindingLanes(findings, span).element]),
    trafficChart(activity.bytes, activity.segments, span).element,
    stateChart(activity, span).element,
  ];
}

function trafficChart(bytes: Series, segments: Series, span: Span): Chart {
  const rates = [...bytes.values.map((value) => value / bytes.every), 0];
  const line: Line = { name: `payload per ${duration(bytes.every)}`, colour: 'data', values: rates, kind: 'area' };
  return new Chart({
    title: 'Traffic',
    height: 160,
    times: rates.map((_, i) => i * bytes.every),
    span,
    value: bitRate,
    lines: [line],
    readout: (at) => {
      const time = at * bytes.every;
      const packets = segments.values[Math.floor(time / segments.every)] ?? 0;
      return `${time.toFixed(3)} s · ${bitRate(rates[at]!)} · ${grouped(Math.round(packets / segments.every))} segments/s`;
    },
  });
}

function stateChart({ halfOpen, closeWait, timeWait }: Payload['activity'], span: Span): Chart {
  const { every } = halfOpen;
  const lines: readonly Line[] = [
    { name: 'half-open', colour: 'half-open', values: halfOpen.values, kind: 'steps' },
    { name: 'CLOSE_WAIT', colour: 'close-wait', values: closeWait.values, kind: 'steps' },
    { name: 'TIME_WAIT', colour: 'time-wait', values: timeWait.values, kind: 'steps' },
  ];
  return new Chart({
    title: 'Connections at a time',
    height: 160,
    times: halfOpen.values.map((_, i) => i * every),
    span,
    value: (value) => (Number.isInteger(value) ? grouped(value) : ''),
    lines,
    readout: (at) =>
      [`${(at * every).toFixed(3)} s`, ...lines.map(({ name, values }) => `${name} ${grouped(values[at] ?? 0)}`)].join(
        ' · ',
      ),
  });
}

const LANE = 17;
const BAR = 14;
const LEFT = 66;
const RIGHT = 12;
const MOST_LANES = 16;
/** Pixels that a letter takes, at most. */
const LETTER = 6.4;

/** Findings as bars over the time that they concern, the worst first, a lane each. */
class FindingLanes {
  readonly element: HTMLElement;
  private readonly findings: readonly FindingPayload[];
  private readonly span: Span;
  private readonly box = el('div', { class: 'lanes' });

  constructor(findings: readonly FindingPayload[], span: Span) {
    this.findings = findings.slice(0, MOST_LANES);
    this.span = span;
    const rest = findings.length - this.findings.length;
    this.element = el(
      'figure',
      { class: 'chart' },
      el(
        'figcaption',
        {},
        el('span', { class: 'title' }, 'Findings'),
        rest > 0 ? el('span', { class: 'legend' }, `the worst ${MOST_LANES}, without ${grouped(rest)} more`) : null,
      ),
      this.box,
    );
    span.onChange(() => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  private draw(): void {
    const width = this.box.clientWidth;
    const { min, max } = this.span;
    const room = width - LEFT - RIGHT;
    if (room <= 0) {
      return;
    }
    const place = (time: number): number => LEFT + Math.min(1, Math.max(0, (time - min) / (max - min))) * room;
    const seen = this.findings.filter(({ start, end }) => start <= max && end >= min);
    const lanes = seen.map(({ id, start, end, rule, severity, message }, lane) => {
      const x = place(start);
      const y = lane * LANE;
      const long = Math.max(4, place(end) - x);
      const label = Math.min(x + 7, width - RIGHT - rule.length * LETTER);
      return svg(
        'a',
        { href: `#finding-${id}`, tabindex: -1 },
        svg('title', {}, message),
        svg('rect', { x, y, width: long, height: BAR, class: `span-${severity}` }),
        svg('rect', { x, y, width: 3, height: BAR, class: `bar-${severity}` }),
        svg('text', { x: label, y: y + 11, class: 'state-name' }, rule),
      );
    });
    // The findings stand above, one by one, for whoever can't see this.
    this.box.replaceChildren(
      svg('svg', { width, height: Math.max(1, seen.length * LANE), 'aria-hidden': 'true' }, ...lanes),
    );
  }
}
