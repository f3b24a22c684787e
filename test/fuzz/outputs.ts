import type { CaptureFacts } from '../../lib/facts/capture.ts';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';
import type { PacketRow } from '../../lib/facts/packet-row.ts';
import type { Report } from '../../lib/facts/report.ts';
import type { StreamEvent } from '../../lib/facts/stream.ts';
import * as flowsCsv from '../../lib/report/flows/csv.ts';
import * as flowsNdjson from '../../lib/report/flows/ndjson.ts';
import * as flowsTable from '../../lib/report/flows/table.ts';
import * as followHex from '../../lib/report/follow/hex.ts';
import * as followJson from '../../lib/report/follow/json.ts';
import * as followSegments from '../../lib/report/follow/segments.ts';
import * as followText from '../../lib/report/follow/text.ts';
import type { Origin, RowFormat } from '../../lib/report/format.ts';
import * as compact from '../../lib/report/lint/compact.ts';
import type { LintPage } from '../../lib/report/lint/format.ts';
import * as github from '../../lib/report/lint/github.ts';
import * as gitlab from '../../lib/report/lint/gitlab.ts';
import * as html from '../../lib/report/lint/html.ts';
import * as json from '../../lib/report/lint/json.ts';
import * as junit from '../../lib/report/lint/junit.ts';
import * as markdown from '../../lib/report/lint/markdown.ts';
import * as ndjson from '../../lib/report/lint/ndjson.ts';
import * as pretty from '../../lib/report/lint/pretty.ts';
import * as sarif from '../../lib/report/lint/sarif.ts';
import * as netstatCsv from '../../lib/report/netstat/csv.ts';
import * as netstatNdjson from '../../lib/report/netstat/ndjson.ts';
import * as netstatTable from '../../lib/report/netstat/table.ts';
import * as packetsNdjson from '../../lib/report/packets/ndjson.ts';
import * as packetsTable from '../../lib/report/packets/table.ts';
import { PLAIN_PAGE } from '../../lib/report/page.ts';
import * as servicesCsv from '../../lib/report/services/csv.ts';
import * as servicesJson from '../../lib/report/services/json.ts';
import * as servicesTable from '../../lib/report/services/table.ts';
import { flowText } from '../../lib/report/shape/flow.ts';
import * as ladder from '../../lib/report/timeline/ladder.ts';
import * as timelineNdjson from '../../lib/report/timeline/ndjson.ts';
import * as timelineTable from '../../lib/report/timeline/table.ts';
import { ServiceRows } from '../../lib/traffic/service-rows.ts';
import { Sockets } from '../../lib/traffic/sockets.ts';
import { HIDDEN, TAG } from './hostile.ts';

const PAGE: LintPage = { ...PLAIN_PAGE, unicode: true, failOn: 'error', directory: '/work' };

export interface Told {
  readonly report: Report;
  readonly capture: CaptureFacts;
  readonly connections: readonly ConnectionFacts[];
  readonly rows: readonly PacketRow[];
  readonly streams: readonly StreamEvent[];
}

/** Writes what was told in every format, or in some; says what is wrong with the text, or null. */
export function judgeOutputs(told: Told, wanted: (format: string) => boolean): string | null {
  for (const [name, render, wellFormed] of FORMATS) {
    if (!wanted(name)) continue;
    const text = render(told);
    const hidden = HIDDEN.exec(text.replaceAll('\n', ''));
    if (hidden !== null) return `${name}: U+${hidden[0].codePointAt(0)!.toString(16)} stands raw in it`;
    const trouble = wellFormed(text);
    if (trouble !== null) return `${name}: ${trouble}`;
  }
  return null;
}

function rows<Row>(format: RowFormat<Row>, all: readonly Row[], { capture }: Told): string {
  const origin: Origin = { path: capture.path, start: capture.start, several: true };
  return format.head() + all.map((row) => format.row(row, origin)).join('') + format.tail([capture]);
}

const flows = ({ connections }: Told) => connections.map((facts) => ({ text: flowText(facts), findings: ['a-rule'] }));
const stories = ({ connections, rows: all, report: { findings } }: Told) =>
  connections.map((facts) => ({
    facts,
    findings: findings.filter((finding) => finding.connections.includes(facts.connection)),
    packets: all.filter(({ connection }) => connection === facts.connection),
  }));

function services({ connections, report, capture }: Told) {
  const folded = new ServiceRows();
  for (const facts of connections) folded.add(facts);
  return folded.rows(report.findings, capture.traffic.services);
}

/** The table at the end, of the busiest host. */
function tables({ connections, capture }: Told) {
  const sockets = new Sockets(null, 60);
  for (const facts of connections) sockets.add(facts);
  const known = sockets.busiest();
  const at = capture.end;
  if (at === null) return [];
  const hosts = known.slice(0, 1);
  return [{ hosts, chosenOf: known.length, at, sockets: sockets.rows(hosts, at) }];
}

const anything = (): null => null;
const isJson = (text: string): string | null => parses([text]);
const isNdjson = (text: string): string | null => parses(text.split('\n').slice(0, -1));
const commands =
  /^(::(error|warning|notice) (file=[^\n]*,line=\d+,title=[a-z0-9-]+|title=unreadable)::|\d[\d,]* more )/;

const FORMATS: readonly (readonly [
  name: string,
  render: (told: Told) => string,
  wellFormed: (text: string) => string | null,
])[] = [
  ['pretty', ({ report }) => pretty.render(report, PAGE), anything],
  ['compact', ({ report }) => compact.render(report, PAGE), anything],
  ['json', ({ report }) => json.render(report), isJson],
  ['ndjson', ({ report }) => ndjson.render(report), isNdjson],
  ['sarif', ({ report }) => sarif.render(report, PAGE), isJson],
  [
    'junit',
    ({ report }) => junit.render(report, PAGE),
    onlyTags(/^(testsuites?|testcase|failure|error|skipped|system-out|properties|property)$/),
  ],
  ['github', ({ report }) => github.render(report, PAGE), everyLine(commands)],
  ['gitlab', ({ report }) => gitlab.render(report, PAGE), isJson],
  ['markdown', ({ report }) => markdown.render(report, PAGE), onlyTags(/^$/)],
  [
    'html',
    ({ report }) => html.render(report, PAGE),
    onlyTags(
      /^(html|head|meta|title|style|body|h1|h2|p|code|table|tr|th|td|main|article|span|dl|dt|dd|ul|li|div|footer|small|strong)$/,
    ),
  ],
  ['flows csv', (told) => rows(flowsCsv.open(), flows(told), told), anything],
  ['flows ndjson', (told) => rows(flowsNdjson.open(), flows(told), told), isNdjson],
  ['flows table', (told) => rows(flowsTable.open(PAGE), flows(told), told), anything],
  ['packets ndjson', (told) => rows(packetsNdjson.open(), told.rows, told), isNdjson],
  ['packets table', (told) => rows(packetsTable.open(PAGE), told.rows, told), anything],
  ['timeline ndjson', (told) => rows(timelineNdjson.open(), stories(told), told), isNdjson],
  ['timeline table', (told) => rows(timelineTable.open(PAGE), stories(told), told), anything],
  ['ladder', (told) => rows(ladder.open(PAGE), stories(told), told), anything],
  ['services csv', (told) => rows(servicesCsv.open(), services(told), told), anything],
  ['services json', (told) => rows(servicesJson.open(), services(told), told), isJson],
  ['services table', (told) => rows(servicesTable.open(PAGE), services(told), told), anything],
  ['netstat csv', (told) => rows(netstatCsv.open(), tables(told), told), anything],
  ['netstat ndjson', (told) => rows(netstatNdjson.open(), tables(told), told), isNdjson],
  ['netstat table', (told) => rows(netstatTable.open(PAGE), tables(told), told), anything],
  ['follow text', (told) => rows(followText.open(PAGE), told.streams, told), anything],
  ['follow hex', (told) => rows(followHex.open(PAGE), told.streams, told), anything],
  ['follow json', (told) => rows(followJson.open(), told.streams, told), isJson],
  ['follow segments', (told) => rows(followSegments.open(PAGE), told.streams, told), anything],
];

function parses(texts: readonly string[]): string | null {
  for (const text of texts) {
    try {
      JSON.parse(text);
    } catch (error) {
      return (error as Error).message;
    }
  }
  return null;
}

/** Spans in which Markdown takes everything literally. */
const CODE_SPAN = /(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g;

/** Markup of ours and no other. */
function onlyTags(known: RegExp): (text: string) => string | null {
  return (whole) => {
    const text = whole.replaceAll(CODE_SPAN, '');
    if (text.includes(TAG)) return 'markup of a capture stands raw in it';
    for (const [, name] of text.matchAll(/<\/?([a-z][a-z0-9-]*)/gi)) {
      if (!known.test(name!)) return `unknown tag ${name}`;
    }
    return null;
  };
}

function everyLine(known: RegExp): (text: string) => string | null {
  return (text) => text.split('\n').find((line) => line !== '' && !known.test(line)) ?? null;
}
