import type {
  TapChange,
  TapComparison,
  TapEvent,
  TapEventKind,
  Translation,
  Travel,
  WayFacts,
} from '../../facts/taps.ts';
import { hanging, wrap } from '../layout/wrap.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { count, duration, grouped, percent, size } from '../phrases.ts';

/** Longer lines are hard to read. */
const WIDEST = 100;
/** Events of one kind that are shown; all of them stand in the JSON. */
const MOST_SHOWN = 10;
const LABEL = 17;

const WAYS: { readonly [travel in Travel]: string } = {
  clientToServer: 'client → server',
  serverToClient: 'server → client',
};

/** The two taps, the clocks, what happened either way; then packets by what happened to them, with their frames. */
export function render(found: TapComparison, options: PageOptions): string {
  const page = openPage({ ...options, width: Math.min(options.width, WIDEST) });
  const line = (label: string, text: string): string =>
    hanging(`${label.padEnd(LABEL - 1)} `, page.text(text), page.width, page.ink.dim);
  const head = [
    line('client tap', tapText(found, 'client')),
    line('server tap', tapText(found, 'server')),
    line('clocks', clockText(found)),
    line('connections', connectionText(found)),
    ...found.translations
      .slice(0, MOST_SHOWN)
      .map((each, i) => line(i === 0 ? 'translated' : '', translationText(each))),
    ...more(found.translations.length, page),
    ...(['clientToServer', 'serverToClient'] as const).map((way) =>
      line(page.text(WAYS[way]), wayText(found.ways[way])),
    ),
  ];
  const events = (['lost', 'duplicated', 'delayed', 'appeared'] as const).flatMap((kind) =>
    eventBlock(found, kind, page),
  );
  const blocks = [head.join('\n'), ...changeBlock(found.changes, page), ...events, ...limits(found, page)];
  return `${blocks.join('\n\n')}\n`;
}

function tapText({ taps }: TapComparison, name: 'client' | 'server'): string {
  const { path, segments } = taps[name];
  return `${path}: ${count(segments, 'TCP segment')}`;
}

function clockText({ clock }: TapComparison): string {
  const { offset, uncertainty, driftPpm, roundTrip, samples, given } = clock;
  const ahead = offset === 0 ? 'agrees' : `is ${duration(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}`;
  const within = uncertainty === null ? 'all went one way: the delay is in it' : `within ${duration(uncertainty)}`;
  const sure = given ? ' (as given)' : ` (${within}, from ${count(samples, 'packet')})`;
  const drift = driftPpm === null ? '' : `, drifting by ${Number(driftPpm.toPrecision(3))} ppm`;
  return `the server tap's ${ahead}${sure}${drift}; shortest round trip between the taps ${duration(roundTrip)}`;
}

function connectionText({ connections, apart }: TapComparison): string {
  const { both, clientOnly, serverOnly } = connections;
  const only = [
    ...(clientOnly > 0 ? [`${grouped(clientOnly)} at the client tap alone`] : []),
    ...(serverOnly > 0 ? [`${grouped(serverOnly)} at the server tap alone`] : []),
  ];
  const rest = apart.client + apart.server;
  const note = rest === 0 ? '' : `; ${count(rest, 'segment')} to hosts that the other tap never met are not compared`;
  return [`${grouped(both)} at both taps`, ...only].join(', ') + note;
}

function translationText({ end, atClient, atServer, connections, portsChanged }: Translation): string {
  const ports =
    portsChanged === 0 ? 'ports kept' : portsChanged === connections ? 'with another port' : 'some with another port';
  return `${end} ${atClient} → ${atServer} (${count(connections, 'connection')}, ${ports})`;
}

function wayText(way: WayFacts): string {
  const parts = [
    `${count(way.sent, 'segment')} sent`,
    way.lost === 0 ? 'none lost' : `${grouped(way.lost)} lost${share(way.lost, way.sent)}`,
    ...(way.lostUncertain === 0 ? [] : [`${grouped(way.lostUncertain)} of them perhaps only not captured`]),
    ...(way.lostBytes === 0 ? [] : [`${size(way.lostBytes)} with them`]),
    ...(way.duplicated === 0 ? [] : [`${grouped(way.duplicated)} duplicated`]),
    ...(way.delayed === 0 ? [] : [`${grouped(way.delayed)} delayed`]),
    ...(way.appeared === 0 ? [] : [`${grouped(way.appeared)} seen beyond the path only`]),
    ...(way.resegmented === 0 ? [] : [`${grouped(way.resegmented)} cut differently`]),
    ...(way.copies === 0 ? [] : [`${grouped(way.copies)} copies made by the capture`]),
    ...(way.delay === null
      ? []
      : [`delay ${duration(way.delay.min)} to ${duration(way.delay.max)}, median ${duration(way.delay.p50)}`]),
    hopText(way),
  ];
  return parts.filter((text) => text !== '').join(', ');
}

function share(part: number, whole: number): string {
  return whole === 0 ? '' : ` (${percent(part / whole)})`;
}

function hopText({ hops }: WayFacts): string {
  const [usual, ...others] = hops;
  if (usual === undefined || (usual[0] === 0 && others.length === 0)) return '';
  const odd =
    others.length === 0
      ? ''
      : ` (${others.map(([n, segments]) => `${n} of ${count(segments, 'segment')}`).join(', ')})`;
  return `${count(usual[0], 'hop')}${odd}`;
}

function changeBlock(changes: readonly TapChange[], page: Page): string[] {
  if (changes.length === 0) return [];
  const lines = changes.slice(0, MOST_SHOWN).map((change) => {
    const { what, way, before, after, segments, examples } = change;
    const frames = examples.map(([client, server]) => `${client}/${server}`).slice(0, 3);
    const text = `${WAYS[way]}: ${what} ${before} → ${after} (${count(segments, 'segment')}; frames ${frames.join(', ')})`;
    return `  ${wrap(page.text(text), page.width - 2).join('\n    ')}`;
  });
  return [[page.ink.bold('changed on the way'), ...lines, ...more(changes.length, page)].join('\n')];
}

const TITLES: { readonly [kind in TapEventKind]: string } = {
  lost: 'lost between the taps',
  duplicated: 'duplicated between the taps',
  delayed: 'delayed between the taps, beyond what a queue explains',
  appeared: 'seen at the far tap only: injected, or missed by the other capture',
};

function eventBlock(found: TapComparison, kind: TapEventKind, page: Page): string[] {
  const events = found.events.filter((event) => event.kind === kind);
  if (events.length === 0) return [];
  const lines = events.slice(0, MOST_SHOWN).map((event) => eventLine(event, found, page));
  return [
    [page.ink.bold(`${TITLES[kind]} (${grouped(events.length)})`), ...lines, ...more(events.length, page)].join('\n'),
  ];
}

/** Frames first: they are what one looks up. */
function eventLine(event: TapEvent, found: TapComparison, page: Page): string {
  const time = page.time(event.time, found.taps.client.start);
  const data = event.length === 0 ? [] : [size(event.length)];
  const notes = [...data, ...detail(event)].map((text) => `, ${text}`).join('');
  const text = `${frameText(event)}: ${event.from} → ${event.to} ${event.flags.join(' ')}${notes}`;
  return hanging(`  ${time}  `, page.text(text), page.width);
}

/** `client 12, server 10 13`. */
function frameText({ clientFrames, serverFrames }: TapEvent): string {
  const at = (name: string, frames: readonly number[]): string[] =>
    frames.length === 0 ? [] : [`${name} ${frames.join(' ')}`];
  return [...at('client', clientFrames), ...at('server', serverFrames)].join(', ');
}

function detail({ kind, bytes, length, seconds, overtaken, certain, ttl, usualTtl }: TapEvent): string[] {
  return [
    ...(kind === 'lost' && bytes !== length ? [`${size(bytes ?? 0)} of it`] : []),
    ...(kind === 'delayed' ? [`${duration(seconds ?? 0)} late`] : []),
    ...(overtaken === true ? ['overtaken'] : []),
    ...(kind === 'appeared' && usualTtl != null && ttl !== usualTtl ? [`TTL ${ttl} where ${usualTtl} is usual`] : []),
    ...(certain ? [] : ['perhaps only not captured']),
  ];
}

function more(all: number, page: Page): string[] {
  const rest = all - MOST_SHOWN;
  return rest > 0 ? [page.ink.dim(`  ${page.glyph.ellipsis} ${grouped(rest)} more: --format json has them all`)] : [];
}

function limits({ eventsLeftOut, judgedEarly }: TapComparison, page: Page): string[] {
  const texts = [
    ...(eventsLeftOut > 0 ? [`${count(eventsLeftOut, 'event')} beyond these were counted and are not listed`] : []),
    ...(judgedEarly > 0
      ? [`${count(judgedEarly, 'packet')} were given up early for want of memory: a smaller --patience helps`]
      : []),
  ];
  return texts.map((text) => wrap(page.text(text), page.width).join('\n'));
}
