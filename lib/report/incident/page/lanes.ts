import { duration } from '../../phrases.ts';
import type { PagePayload, SpellPayload } from '../payload.ts';
import { el, svg } from './dom.ts';
import type { Span } from './span.ts';

const HEIGHT = 22;
const LABEL = 66;
const RIGHT = 12;
/** Pixels that a letter of a state's name takes, at most. */
const LETTER = 6.6;

/** The states of both ends side by side, over the time that the charts below show. */
export class Lanes {
  readonly element: HTMLElement;
  private readonly page: PagePayload;
  private readonly span: Span;
  private readonly box: HTMLElement;

  constructor(page: PagePayload, span: Span) {
    this.page = page;
    this.span = span;
    this.box = el('div', { class: 'lanes' });
    this.element = el(
      'figure',
      { class: 'chart' },
      el('figcaption', {}, el('span', { class: 'title' }, 'States of both ends')),
      this.box,
    );
    span.onChange(() => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  private draw(): void {
    const width = this.box.clientWidth;
    if (width === 0) {
      return;
    }
    const { client, server } = this.page.ends;
    this.box.replaceChildren(
      svg(
        'svg',
        { width, height: 2 * HEIGHT + 6, role: 'img', 'aria-label': this.inWords() },
        ...this.lane('client', client.spells, 0, width),
        ...this.lane('server', server.spells, HEIGHT + 6, width),
      ),
    );
  }

  private lane(name: string, spells: readonly SpellPayload[], top: number, width: number): SVGElement[] {
    const { min, max } = this.span;
    const room = width - LABEL - RIGHT;
    const place = (time: number): number => LABEL + Math.min(1, Math.max(0, (time - min) / (max - min))) * room;
    const drawn = spells
      .filter(({ start, end }) => start <= max && (end ?? this.page.until) >= min)
      .flatMap((spell) => {
        const left = place(spell.start);
        const wide = Math.max(1, place(spell.end ?? this.page.until) - left);
        const fits = wide > spell.state.length * LETTER + 6;
        return [
          svg(
            'rect',
            { x: left, y: top, width: wide, height: HEIGHT, class: `state s-${spell.state}` },
            svg('title', {}, spellText(name, spell)),
          ),
          ...(fits ? [svg('text', { x: left + 5, y: top + 15, class: 'state-name' }, spell.state)] : []),
        ];
      });
    return [svg('text', { x: LABEL - 8, y: top + 15, class: 'lane-name', 'text-anchor': 'end' }, name), ...drawn];
  }

  private inWords(): string {
    const { client, server } = this.page.ends;
    return [
      ...client.spells.map((spell) => spellText('client', spell)),
      ...server.spells.map((spell) => spellText('server', spell)),
    ].join('; ');
  }
}

function spellText(name: string, { state, start, end, cause, inferred }: SpellPayload): string {
  const lasted = end === null ? 'to the end of the capture' : `for ${duration(end - start)}`;
  return `${name} ${state} from ${start.toFixed(6)} s ${lasted}: ${cause}${inferred ? ' (inferred)' : ''}`;
}
