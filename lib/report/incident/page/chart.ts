import uPlot from 'uplot';
import { el } from './dom.ts';
import type { Span } from './span.ts';
import { colour, onTheme } from './theme.ts';

/** One line of a chart: how it is named, and how it is drawn. */
export interface Line {
  readonly name: string;
  /** Name of a colour in the style sheet. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly kind: 'line' | 'steps' | 'dots' | 'area' | 'nothing';
}

export interface ChartOptions {
  readonly title: string;
  readonly height: number;
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly span: Span;
  /** A value of the vertical axis, as text. */
  readonly value: (value: number) => string;
  /** What stands under the pointer. */
  readonly readout: (at: number) => string;
  /** Lowest and highest to show, of what lies between two places of `times`; null for what the lines say. */
  readonly range?: (from: number, to: number) => readonly [number, number] | null;
  /** Draws what is not a line, and what it is called in the legend. */
  readonly draw?: (u: uPlot) => void;
  readonly marks?: readonly { readonly name: string; readonly colour: string; readonly shape: string }[];
}

const HINT = 'Drag to zoom, double-click for the whole. Keys: + and − zoom, ← and → move, 0 shows the whole.';

/** Charts that are on the page: those that left it are not drawn again. */
const drawn = new Set<Chart>();
onTheme(() => {
  for (const chart of drawn) {
    chart.redraw();
  }
});

/** One picture over time, with its legend: zoomed and moved by pointer and keyboard, together with all of its span. */
export class Chart {
  readonly element: HTMLElement;
  private readonly options: ChartOptions;
  private readonly stage: HTMLElement;
  private readonly readout: HTMLElement;
  private readonly hidden = new Set<string>();
  private plot: uPlot | null = null;

  constructor(options: ChartOptions) {
    this.options = options;
    this.readout = el('p', { class: 'readout', 'aria-live': 'off' }, '');
    this.stage = el('div', {
      class: 'stage',
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'chart',
      'aria-label': `${options.title}. ${HINT}`,
      title: HINT,
      keydown: (event: KeyboardEvent) => this.key(event),
      wheel: (event: WheelEvent) => this.wheel(event),
    });
    this.element = el(
      'figure',
      { class: 'chart' },
      el('figcaption', {}, el('span', { class: 'title' }, options.title), this.legend(), this.readout),
      this.stage,
    );
    options.span.onChange(() => this.follow());
    new ResizeObserver(() => this.resize()).observe(this.stage);
    drawn.add(this);
  }

  /** With the colours of now. */
  redraw(): void {
    if (!this.element.isConnected) {
      if (this.plot !== null) {
        drawn.delete(this);
      }
      return;
    }
    this.plot?.destroy();
    this.plot = this.build();
  }

  private resize(): void {
    const width = this.stage.clientWidth;
    if (width === 0) {
      return;
    }
    if (this.plot === null) {
      this.plot = this.build();
    } else {
      this.plot.setSize({ width, height: this.options.height });
    }
  }

  private follow(): void {
    const { min, max } = this.options.span;
    this.plot?.setScale('x', { min, max });
  }

  private key(event: KeyboardEvent): void {
    if (!event.ctrlKey && !event.metaKey && !event.altKey && this.options.span.key(event.key)) {
      event.preventDefault();
    }
  }

  private wheel(event: WheelEvent): void {
    if (this.plot === null || !(event.ctrlKey || event.metaKey)) {
      return;
    }
    event.preventDefault();
    const left = event.clientX - this.plot.over.getBoundingClientRect().left;
    this.options.span.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.plot.posToVal(left, 'x'));
  }

  private legend(): HTMLElement {
    const { lines, marks = [] } = this.options;
    const toggles = lines
      .filter(({ kind }) => kind !== 'nothing')
      .map((line) => {
        const button: HTMLButtonElement = el(
          'button',
          {
            type: 'button',
            'aria-pressed': 'true',
            click: () => {
              const off = !this.hidden.delete(line.name);
              if (off) {
                this.hidden.add(line.name);
              }
              button.setAttribute('aria-pressed', String(!off));
              this.redraw();
            },
          },
          el('i', { class: `swatch ${line.kind} c-${line.colour}` }),
          line.name,
        );
        return button;
      });
    const shapes = marks.map(({ name, colour: ink, shape }) =>
      el('span', { class: 'mark' }, el('i', { class: `c-${ink}`, 'aria-hidden': 'true' }, shape), name),
    );
    return el('span', { class: 'legend' }, ...toggles, ...shapes);
  }

  private build(): uPlot {
    const { options, hidden } = this;
    const { times, lines, span, height } = options;
    const text = colour('muted');
    const grid = { stroke: colour('grid'), width: 1 };
    const axis = { stroke: text, grid, ticks: { ...grid, size: 4 }, font: '11px system-ui, sans-serif' };
    const plot = new uPlot(
      {
        width: this.stage.clientWidth,
        height,
        padding: [8, 12, 0, 0],
        legend: { show: false },
        cursor: {
          y: false,
          drag: { x: true, y: false, setScale: false },
          points: { show: false },
        },
        scales: {
          x: { time: false, min: span.min, max: span.max },
          y: { range: (u, low, high) => this.vertical(u, low, high) },
        },
        axes: [
          { ...axis, size: 26, values: (_u, splits) => splits.map(secondsText) },
          {
            ...axis,
            size: 66,
            values: (_u, splits) => splits.map((value) => (value === null ? '' : options.value(value))),
          },
        ],
        series: [{}, ...lines.map((line) => seriesOf(line, hidden.has(line.name)))],
        hooks: {
          draw: [(u) => options.draw?.(u)],
          setSelect: [
            (u) => {
              if (u.select.width > 3) {
                span.show(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
              }
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
          setCursor: [
            (u) => {
              this.readout.textContent = u.cursor.idx == null ? '' : options.readout(u.cursor.idx);
            },
          ],
        },
      },
      [times, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData,
      this.stage,
    );
    plot.over.addEventListener('dblclick', () => span.reset());
    return plot;
  }

  private vertical(u: uPlot, low: number | null, high: number | null): [number, number] {
    const { range } = this.options;
    const [from, to] = u.series[0]!.idxs ?? [0, this.options.times.length - 1];
    const own = range?.(from, to) ?? null;
    const [min, max] = own ?? [Math.min(0, low ?? 0), high ?? 1];
    const room = (max - min || 1) * 0.06;
    return [own === null ? min : min - room, max + room];
  }
}

function seriesOf({ kind, colour: ink, name }: Line, hidden: boolean): uPlot.Series {
  const stroke = colour(ink);
  const base: uPlot.Series = { label: name, stroke, show: !hidden, spanGaps: true, points: { show: false } };
  switch (kind) {
    case 'line':
      return { ...base, width: 1.25 };
    case 'area':
      return { ...base, width: 1.25, fill: colour(`${ink}-soft`), paths: uPlot.paths.stepped!({ align: 1 }) };
    case 'steps':
      return { ...base, width: 1.25, paths: uPlot.paths.stepped!({ align: 1 }) };
    case 'dots':
      return { ...base, paths: () => null, points: { show: true, size: 4, fill: stroke, width: 0 } };
    case 'nothing':
      return { ...base, paths: () => null };
  }
}

/** A place on the axis of time: as many digits as it needs. */
export function secondsText(seconds: number | null): string {
  return seconds === null ? '' : `${Number(seconds.toFixed(6))} s`;
}
