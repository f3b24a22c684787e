import type { Side } from '../../facts/connection.ts';
import { type Moment, secondsBetween } from '../../facts/moment.ts';
import type { StreamConnection, StreamEvent, StreamSegment } from '../../facts/stream.ts';
import type { Origin, RowFormat } from '../format.ts';
import { type Column, fitting, line } from '../layout/columns.ts';
import { wrap } from '../layout/wrap.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { count, duration, grouped, list } from '../phrases.ts';
import { inline } from './payload-text.ts';
import { differenceText } from './turns.ts';
import { endText, holeText, streamHeading } from './words.ts';

const MARGIN = ' '.repeat(8);
const PREVIEW = 24;

/** What a direction has shown of how its stream was cut. */
class Cuts {
  segments = 0;
  pushes = 0;
  /** Stretches from one push to the next that took several segments. */
  split = 0;
  held = 0;
  largest = 0;
  last: Moment | null = null;
  private sincePush = 0;

  add({ push, held, fresh, length, time }: StreamSegment): void {
    this.segments++;
    this.last = time;
    this.largest = Math.max(this.largest, length);
    if (fresh === 0) return;
    this.sincePush++;
    if (held) this.held++;
    if (!push) return;
    this.pushes++;
    if (this.sincePush > 1) this.split++;
    this.sincePush = 0;
  }
}

/** A line per segment with payload, as it came: where it cuts the stream, how long after the one before, and what is odd. */
export function open(options: PageOptions): RowFormat<StreamEvent> {
  const page = openPage(options);
  let told: StreamConnection | null = null;
  let separator = '';
  let time = '';
  let gap = '';
  let cut = '';
  const cuts = new Map<StreamConnection, { readonly client: Cuts; readonly server: Cuts }>();
  const all: readonly Column<StreamSegment>[] = [
    { title: 'frame', width: 7, align: 'right', cell: ({ frame }) => String(frame) },
    { title: 'time', width: options.timeFormat === 'relative' ? 11 : 27, align: 'right', cell: () => time },
    { title: 'gap', width: 9, align: 'right', cell: () => gap },
    { title: 'from', width: 6, cell: ({ from }) => from },
    { title: 'offset', width: 10, align: 'right', cell: ({ offset }) => grouped(offset) },
    { title: 'bytes', width: 6, align: 'right', cell: ({ length }) => grouped(length) },
    { title: 'cut', width: 4, cell: () => cut },
    { title: 'begins with', width: PREVIEW, rank: 1, cell: ({ bytes }) => preview(bytes) },
    { title: 'what is odd', width: 18, cell: (segment) => page.text(oddText(segment)) },
  ];
  const columns = fitting(all, page.width);
  const heading = page.ink.dim(line(columns, ({ title }) => title, page.width));

  const cutsOf = (of: StreamConnection, from: Side): Cuts => {
    const both = cuts.get(of) ?? { client: new Cuts(), server: new Cuts() };
    cuts.set(of, both);
    return both[from];
  };
  const remark = (text: string): string =>
    wrap(page.text(text), Math.min(page.width, 100) - MARGIN.length)
      .map((each) => `${MARGIN}${page.ink.yellow(each)}\n`)
      .join('');
  const segment = (event: StreamSegment, origin: Origin): string => {
    const own = cutsOf(event.of, event.from);
    time = page.time(event.time, origin.start);
    gap = own.last === null ? '' : page.text(duration(Math.max(0, secondsBetween(own.last, event.time))));
    own.add(event);
    cut = event.held
      ? 'held'
      : event.push
        ? 'push'
        : event.fin
          ? 'fin'
          : event.length === own.largest && own.segments > 1
            ? 'full'
            : '';
    const text = line(columns, ({ cell }) => cell(event), page.width);
    return `${oddText(event) === '' ? text : page.ink.yellow(text)}\n`;
  };

  return {
    head: () => '',
    row(event, origin) {
      let text = '';
      if (event.of !== told) {
        told = event.of;
        text = `${separator}${streamHeading(told, page, origin)}\n${event.kind === 'segment' ? `\n${heading}\n` : ''}`;
        separator = '\n';
      }
      switch (event.kind) {
        case 'segment':
          return text + segment(event, origin);
        case 'hole':
          return text + remark(`${event.from}: ${holeText(event)}`);
        case 'difference':
          return text + remark(differenceText(event));
        case 'end':
          return `${text}\n${summary(event.from, endText(event, Number.POSITIVE_INFINITY), cutsOf(event.of, event.from), page)}`;
        case 'bytes':
          return text;
      }
    },
    tail: () => '',
  };
}

function preview(bytes: Uint8Array): string {
  const text = inline(bytes.subarray(0, PREVIEW));
  return text.length <= PREVIEW ? text : text.slice(0, PREVIEW).replace(/\\[^\\]*$/, '');
}

function oddText({ fresh, repeated, differing, late, ahead, doubt, length }: StreamSegment): string {
  const parts = [
    ...(doubt === 'damaged'
      ? ['wrong checksum']
      : doubt === 'probe'
        ? ['probe']
        : doubt === 'unanswered'
          ? ['on the SYN']
          : []),
    ...(repeated === 0 ? [] : [repeated === length ? 'seen before' : `${grouped(repeated)} seen before`]),
    ...(differing === 0 ? [] : [`${grouped(differing)} with other content`]),
    ...(late === 0 ? [] : [`late by ${duration(late)}`]),
    ...(ahead === 0 ? [] : [`${grouped(ahead)} missing before`]),
    ...(fresh + repeated < length ? ['beyond the end'] : []),
  ];
  return parts.join(', ');
}

/** TCP keeps no boundaries of messages: a push is where the sender had no more to send, mostly the end of a write. */
function summary(from: Side, ended: string, { segments, pushes, split, held }: Cuts, page: Page): string {
  const pushed = [
    `${count(segments, 'segment')}`,
    pushes === 0 ? 'no push' : `${count(pushes, 'push', 'pushes')}`,
    ...(split === 0 ? [] : [`${grouped(split)} of them split over several segments`]),
    ...(held === 0 ? [] : [`${count(held, 'segment')} held back until an ACK came`]),
  ];
  const text = `${from}: ${ended}; ${list(pushed)}`;
  return `${wrap(page.text(text), Math.min(page.width, 100))
    .map((each) => page.ink.dim(each))
    .join('\n')}\n`;
}
