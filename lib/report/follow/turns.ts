import type { Side } from '../../facts/connection.ts';
import { type Moment, secondsBetween } from '../../facts/moment.ts';
import type { StreamBytes, StreamConnection, StreamDifference, StreamEvent } from '../../facts/stream.ts';
import type { Origin, RowFormat } from '../format.ts';
import { wrap } from '../layout/wrap.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { count, duration } from '../phrases.ts';
import { inline } from './payload-text.ts';
import { endText, holeText, streamHeading } from './words.ts';

/** Silence worth a heading of its own, seconds. */
const PAUSE = 1;

/** How the bytes of a turn are written; a form may hold some back until the turn ends. */
export interface PayloadForm {
  add(bytes: Uint8Array, offset: number): string;
  /** The rest, ended by a newline if anything was written. */
  end(): string;
}

/** Both directions as a conversation: a heading where the other one speaks, holes and differences where they are. */
export function openTurns(options: PageOptions, formOf: () => PayloadForm): RowFormat<StreamEvent> {
  const page = openPage(options);
  let separator = '';
  let told: StreamConnection | null = null;
  let speaker: Side | null = null;
  let last: Moment | null = null;
  /** Bytes printed, by connection and side. */
  const shown = new Map<StreamConnection, { client: number; server: number }>();
  const form = formOf();

  const close = (): string => {
    speaker = null;
    return form.end();
  };
  const bytes = (event: StreamBytes, origin: Origin): string => {
    const { from, time } = event;
    const pause = last === null ? 0 : secondsBetween(last, time);
    last = time;
    const counts = shown.get(event.of) ?? { client: 0, server: 0 };
    counts[from] += event.bytes.length;
    shown.set(event.of, counts);
    if (speaker === from && pause < PAUSE) return form.add(event.bytes, event.offset);
    const before = close();
    speaker = from;
    return `${before}\n${turnHeading(event, pause, page, origin)}\n${form.add(event.bytes, event.offset)}`;
  };
  const aside = (text: string): string => {
    const lines = wrap(`[${page.text(text)}]`, page.width).map((line) => `${page.ink.yellow(line)}\n`);
    return close() + lines.join('');
  };

  return {
    head: () => '',
    row(event, origin) {
      let text = '';
      if (event.of !== told) {
        told = event.of;
        text = `${close()}${separator}${streamHeading(told, page, origin)}\n`;
        separator = '\n';
        last = null;
      }
      switch (event.kind) {
        case 'bytes':
          return text + bytes(event, origin);
        case 'hole':
          return `${text}${aside(`${event.from}: ${holeText(event)}`)}`;
        case 'difference':
          return `${text}${aside(differenceText(event))}`;
        case 'end': {
          const printed = shown.get(event.of)?.[event.from] ?? 0;
          return `${text}${close()}\n${foot(`${event.from}: ${endText(event, printed)}`, page)}`;
        }
        case 'segment':
          return text;
      }
    },
    tail: () => close(),
  };
}

function foot(text: string, page: Page): string {
  return wrap(page.text(text), page.width)
    .map((line) => `${page.ink.dim(line)}\n`)
    .join('');
}

function turnHeading({ from, frame, time }: StreamBytes, pause: number, page: Page, origin: Origin): string {
  const client = from === 'client';
  const ink = client ? page.ink.cyan : page.ink.green;
  const after = pause >= PAUSE ? `, after ${duration(pause)}` : '';
  const glyph = client ? page.glyph.right : page.glyph.left;
  return ink(page.text(`${glyph} ${from} ${page.when(time, origin.start)}, frame ${frame}${after}`));
}

/** `server: frame 9 differs from frame 7 in 3 bytes at 17: "abc" is now "xyz"; the stream has the first`. */
export function differenceText(event: StreamDifference): string {
  const { from, frame, before, differing, offset, bytes, kept } = event;
  const copies = `"${inline(before.bytes)}" came again as "${inline(bytes)}"`;
  const which = kept === 'before' ? 'first' : 'second';
  return `${from}: frame ${frame} repeats frame ${before.frame} with ${count(differing, 'byte')} changed at ${offset}: ${copies}; the stream has the ${which}`;
}
