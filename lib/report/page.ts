import { Chalk, type ChalkInstance } from 'chalk';
import type { Moment } from '../facts/moment.ts';
import type { Severity } from '../facts/rule.ts';
import { clock, type TimeFormat, when } from './clock.ts';
import { plain } from './escape.ts';

/** What is known of the paper that a person reads: all that a human format may know of a terminal. */
export interface PageOptions {
  /** Columns. */
  readonly width: number;
  /** chalk's colour level: 0 none, 1 basic, 2 256 colours, 3 true colour. */
  readonly colour: 0 | 1 | 2 | 3;
  /** Characters beyond ASCII will show. */
  readonly unicode: boolean;
  readonly timeFormat: TimeFormat;
}

export const PLAIN_PAGE: PageOptions = { width: 80, colour: 0, unicode: false, timeFormat: 'relative' };

/** Characters that draw, and what stands for them where only ASCII shows. */
const GLYPHS = {
  line: ['─', '-'],
  bar: ['│', '|'],
  right: ['▶', '>'],
  left: ['◀', '<'],
  to: ['→', '->'],
  from: ['←', '<-'],
  dot: ['·', '-'],
  ellipsis: ['…', '...'],
  mark: ['▲', '^'],
  cross: ['✖', 'x'],
  check: ['✔', 'ok'],
} as const;
export type Glyphs = { readonly [name in keyof typeof GLYPHS]: string };

/** The paper: colours, characters, width and clock that all human formats share. */
export interface Page {
  readonly width: number;
  readonly ink: ChalkInstance;
  readonly glyph: Glyphs;
  /** Any text, safe to print and in characters that show. */
  text(text: string): string;
  time(moment: Moment, origin: Moment | null): string;
  /** A time inside a sentence: as `time`, with its unit. */
  when(moment: Moment, origin: Moment | null): string;
  severity(severity: Severity, text?: string): string;
}

/** Characters that our own sentences use, in ASCII. What a capture brings beyond them is left as it is. */
const ASCII: { readonly [character: string]: string } = {
  µ: 'u',
  '→': '->',
  '←': '<-',
  '↔': '<->',
  '…': '...',
  '≥': '>=',
  '≤': '<=',
  '×': 'x',
  '·': '-',
  '–': '-',
  '—': '-',
  '−': '-',
  '’': "'",
  '“': '"',
  '”': '"',
};
const BEYOND_ASCII = new RegExp(`[${Object.keys(ASCII).join('')}]`, 'g');

export function openPage(options: PageOptions): Page {
  const ink = new Chalk({ level: options.colour });
  const column = options.unicode ? 0 : 1;
  const glyph = Object.fromEntries(Object.entries(GLYPHS).map(([name, pair]) => [name, pair[column]])) as Glyphs;
  const colours = { error: ink.red.bold, warning: ink.yellow.bold, note: ink.cyan };
  return {
    width: options.width,
    ink,
    glyph,
    text: options.unicode ? plain : (text) => plain(text).replace(BEYOND_ASCII, (c) => ASCII[c]!),
    time: (moment, origin) => clock(options.timeFormat, moment, origin),
    when: (moment, origin) => when(options.timeFormat, moment, origin),
    severity: (severity, text = severity) => colours[severity](text),
  };
}
