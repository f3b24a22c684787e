import type { Page } from '../page.ts';
import { clip, wrap } from './wrap.ts';

/** One line of a ladder. */
export type Rung =
  | {
      readonly kind: 'arrow';
      readonly frame: string;
      readonly time: string;
      readonly toRight: boolean;
      /** What stands on the arrow: the first part always, the others as they fit. */
      readonly texts: readonly string[];
      /** New state at that side, null while it stays. */
      readonly left: string | null;
      readonly right: string | null;
      readonly paint: ((text: string) => string) | null;
    }
  /** Something that happens without a segment, or words between the segments. */
  | {
      readonly kind: 'event';
      readonly time: string;
      readonly left: string | null;
      readonly right: string | null;
      readonly text: string;
    }
  /** A remark on the rung above: wraps. */
  | { readonly kind: 'remark'; readonly text: string; readonly paint: (text: string) => string };

const FRAME = 7;
const STATE = 12;
/** An arrow longer than this is hard to follow, and so is a line of a remark. */
const LONGEST_ARROW = 64;
const LONGEST_REMARK = 88;

/** A time with its date, as calendars have it. */
const DATED = /^(-?\d{4,}-\d\d-\d\d) ([\d:.]+)(Z?)$/;

/** Draws rungs at the width of a page: frame, time, state at the left, arrow, state at the right. */
export class Ladder {
  private readonly page: Page;
  private readonly timeWidth: number;
  private readonly arrow: number;
  private readonly margin: string;
  /** The day that the rungs are at, where times have one. */
  private day = '';

  constructor(page: Page, timeWidth: number) {
    this.page = page;
    this.timeWidth = timeWidth;
    const fixed = FRAME + 1 + timeWidth + 2 + STATE + 1 + 1 + STATE;
    this.arrow = Math.max(24, Math.min(LONGEST_ARROW, page.width - fixed));
    this.margin = ' '.repeat(FRAME + 1 + timeWidth + 2 + STATE + 1);
  }

  heading(left: string, right: string): string {
    const { ink } = this.page;
    const space = ' '.repeat(this.arrow + 1);
    const head = `${'frame'.padStart(FRAME)} ${'time'.padStart(this.timeWidth)}  ${left.padEnd(STATE)} ${space}${right}`;
    return ink.dim(head.trimEnd());
  }

  rung(rung: Rung): string {
    const { page } = this;
    if (rung.kind === 'remark') {
      const lines = wrap(page.text(rung.text), Math.min(LONGEST_REMARK, page.width - this.margin.length - 2));
      return lines
        .map((line, i) => `${this.margin}${rung.paint(`${i === 0 ? page.glyph.mark : ' '} ${line}`)}`)
        .join('\n');
    }
    const middle = rung.kind === 'arrow' ? this.arrowText(rung) : this.centred(rung.text);
    const frame = rung.kind === 'arrow' ? rung.frame : '';
    const [, day = '', time = rung.time, zone] = DATED.exec(rung.time) ?? [];
    const dawn =
      day === '' || day === this.day ? '' : page.ink.dim(`${this.margin}${zone === 'Z' ? `${day} UTC` : day}\n`);
    this.day = day === '' ? this.day : day;
    return [
      dawn,
      page.ink.dim(`${frame.padStart(FRAME)} ${time.padStart(this.timeWidth)}`),
      `  ${this.state(rung.left, true)} `,
      rung.kind === 'event' ? page.ink.dim(middle) : (rung.paint?.(middle) ?? middle),
      ` ${this.state(rung.right, false)}`,
    ]
      .join('')
      .trimEnd();
  }

  /** The state that begins here, or a bar while it lasts. The left one ends where the arrow begins. */
  private state(name: string | null, left: boolean): string {
    const text = name ?? this.page.glyph.bar;
    const padded = left ? text.padStart(STATE) : text;
    return name === null ? this.page.ink.dim(padded) : this.page.ink.bold(padded);
  }

  private arrowText({ texts, toRight }: Extract<Rung, { kind: 'arrow' }>): string {
    const { line, left, right, ellipsis } = this.page.glyph;
    const room = this.arrow - 5;
    const [first = '', ...others] = texts;
    const text = others.reduce((sum, more) => (sum.length + 1 + more.length <= room ? `${sum} ${more}` : sum), first);
    const shown = clip(text, room, ellipsis);
    const rest = line.repeat(room - shown.length + 1);
    return toRight ? `${line} ${shown} ${rest}${right}` : `${left}${rest} ${shown} ${line}`;
  }

  private centred(text: string): string {
    const shown = clip(text, this.arrow, this.page.glyph.ellipsis);
    const before = (this.arrow - shown.length) >> 1;
    return (' '.repeat(before) + shown).padEnd(this.arrow);
  }
}
