import { markup } from '../escape.ts';

/** Panels over one another that share an axis of time, as an SVG for places that show pictures and run no script. */
export interface Picture {
  readonly title: string;
  /** Seconds at the left and the right edge. */
  readonly from: number;
  readonly to: number;
  readonly panels: readonly Panel[];
}

export type Panel = ValuePanel | BarPanel;

/** Values over time. */
export interface ValuePanel {
  readonly kind: 'values';
  readonly title: string;
  readonly height: number;
  readonly low: number;
  readonly high: number;
  readonly value: (value: number) => string;
  readonly lines: readonly StepLine[];
  readonly strokes: readonly Strokes[];
}

/** A value that lasts until the next. */
export interface StepLine {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [time: number, value: number])[];
}

/** Vertical strokes, as segments are drawn: from the first to the last byte. */
export interface Strokes {
  readonly name: string;
  readonly colour: string;
  readonly width: number;
  readonly strokes: readonly (readonly [time: number, low: number, high: number])[];
}

/** Spans of time in rows. */
export interface BarPanel {
  readonly kind: 'bars';
  readonly title: string;
  /** Names of the rows, which may be empty. */
  readonly rows: readonly string[];
  readonly bars: readonly {
    readonly row: number;
    readonly from: number;
    readonly to: number;
    readonly colour: string;
    readonly text: string;
  }[];
}

const WIDTH = 960;
const LEFT = 76;
const RIGHT = 14;
const TITLE = 20;
const GAP = 12;
const AXIS = 20;
const ROW = 18;
/** Pixels that a letter takes, at most. */
const LETTER = 6.3;

export function drawPicture({ title, from, to, panels }: Picture): string {
  const room = WIDTH - LEFT - RIGHT;
  const span = to > from ? to - from : 1;
  const x = (time: number): number => LEFT + ((Math.min(to, Math.max(from, time)) - from) / span) * room;
  let top = 0;
  const drawn = panels.map((panel) => {
    const text = panel.kind === 'bars' ? barPanel(panel, top, x) : valuePanel(panel, top, x);
    top += TITLE + (panel.kind === 'bars' ? panel.rows.length * ROW : panel.height) + GAP;
    return text;
  });
  const height = top + AXIS;
  const axis = ticks(from, to, 8).map(
    (time) =>
      `<path class="grid" d="M${px(x(time))} ${TITLE}V${px(top - GAP)}"/>` +
      `<text class="axis" x="${px(x(time))}" y="${top + 4}" text-anchor="middle">${Number(time.toFixed(6))} s</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${markup(title)}</title>
<style>text{font:11px system-ui,sans-serif;fill:#1c2127}.axis{fill:#56606b}.head{font-weight:600}.grid{stroke:#e9edf1;fill:none}.line{fill:none;stroke-width:1.3}</style>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${axis.join('\n')}
${drawn.join('\n')}
</svg>
`;
}

function valuePanel(panel: ValuePanel, top: number, x: (time: number) => number): string {
  const { height, low, high, lines, strokes } = panel;
  const bottom = top + TITLE + height;
  const scale = height / (high > low ? high - low : 1);
  const y = (value: number): number => bottom - (Math.min(high, Math.max(low, value)) - low) * scale;
  const levels = ticks(low, high, Math.max(2, Math.round(height / 40))).map(
    (value) =>
      `<path class="grid" d="M${LEFT} ${px(y(value))}H${WIDTH - RIGHT}"/>` +
      `<text class="axis" x="${LEFT - 6}" y="${px(y(value) + 4)}" text-anchor="end">${markup(panel.value(value))}</text>`,
  );
  // What lies above the panel is not drawn at its edge: it would be taken for a value.
  const stepped = lines.map(({ colour, points }) => {
    let path = '';
    let shown = false;
    for (const [time, value] of points) {
      const begins = shown ? `H${px(x(time))}` : `M${px(x(time))} ${px(y(value))}`;
      const fits = value <= high;
      path += fits ? begins + (shown ? `V${px(y(value))}` : '') : shown ? begins : '';
      shown = fits;
    }
    return path === '' ? '' : `<path class="line" stroke="${colour}" d="${path}"/>`;
  });
  const stroked = strokes.map(({ colour, width, strokes: each }) => {
    const paths = new Set(
      each.map(([time, from, to]) => `M${px(x(time))} ${px(Math.max(y(from), y(to) + 1.5))}V${px(y(to))}`),
    );
    return paths.size === 0 ? '' : `<path stroke="${colour}" stroke-width="${width}" d="${[...paths].join('')}"/>`;
  });
  return [heading(panel.title, [...lines, ...strokes], top), ...levels, ...stepped, ...stroked].join('\n');
}

function barPanel({ title, rows, bars }: BarPanel, top: number, x: (time: number) => number): string {
  const y = (row: number): number => top + TITLE + row * ROW;
  const names = rows.map(
    (name, row) => `<text class="axis" x="${LEFT - 6}" y="${y(row) + 12}" text-anchor="end">${markup(name)}</text>`,
  );
  const drawn = bars.map(({ row, from, to, colour, text }) => {
    const left = x(from);
    const width = Math.max(3, x(to) - left);
    const fits = rows[row] === '' || width > text.length * LETTER + 6;
    const at = Math.min(left + 5, WIDTH - RIGHT - text.length * LETTER);
    const label = fits ? `<text x="${px(at)}" y="${y(row) + 12}">${markup(text)}</text>` : '';
    return `<rect x="${px(left)}" y="${y(row)}" width="${px(width)}" height="${ROW - 3}" fill="${colour}"><title>${markup(text)}</title></rect>${label}`;
  });
  return [heading(title, [], top), ...names, ...drawn].join('\n');
}

function heading(
  title: string,
  legend: readonly { readonly name: string; readonly colour: string }[],
  top: number,
): string {
  let at = LEFT + title.length * 6.6 + 18;
  const entries = legend.map(({ name, colour }) => {
    const entry = `<rect x="${px(at)}" y="${top + 9}" width="12" height="3" fill="${colour}"/><text class="axis" x="${px(at + 16)}" y="${top + 14}">${markup(name)}</text>`;
    at += 16 + name.length * LETTER + 14;
    return entry;
  });
  return `<text class="head" x="${LEFT}" y="${top + 14}">${markup(title)}</text>${entries.join('')}`;
}

function px(n: number): string {
  return String(Math.round(n * 10) / 10);
}

/** Round values from `low` to `high`, about so many. */
export function ticks(low: number, high: number, about: number): number[] {
  if (!(high > low)) {
    return [low];
  }
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}
