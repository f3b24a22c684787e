import type { Finding } from '../../facts/finding.ts';
import type { ConnectionPage, Incident, PlotPoint } from '../../facts/incident.ts';
import { after } from '../../facts/moment.ts';
import type { PacketRow } from '../../facts/packet-row.ts';
import type { ServiceRow, TimesFacts } from '../../facts/services.ts';
import { clock, when } from '../clock.ts';
import { markdown, markdownCode, markdownProse } from '../escape.ts';
import { evidenceTexts } from '../evidence.ts';
import { headline, lengthOf } from '../lint/headline.ts';
import { count, duration, framesText, grouped, percent, shortSize, socket } from '../phrases.ts';
import { share } from '../shape/service.ts';
import { open as openLadder } from '../timeline/ladder.ts';
import { type CauseGroup, groupByCause, type RuleGroup } from './causes.ts';
import type { IncidentPage } from './format.ts';
import { activityPicture, connectionPicture } from './pictures.ts';
import { qualityOf, vantageText } from './quality.ts';
import { remarksOf } from './remarks.ts';
import { worstFirst } from './turns.ts';
import { verdictOf } from './verdict.ts';

/** A document is read from top to bottom: it holds less than the page. */
const MOST_CONNECTIONS = 12;
const MOST_SERVICES = 50;
const IN_FULL = 5;
const LADDER_POINTS = 400;
const LADDER_WIDTH = 100;

/** Flags by bit, as rows name them. */
const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE'];

/** The incident report as text for a wiki or an issue, with pictures beside it. */
export function* render(incident: Incident, page: IncidentPage): Generator<string> {
  for (const block of blocks(incident, page)) {
    yield `${block}\n\n`;
  }
}

function* blocks(incident: Incident, page: IncidentPage): Generator<string> {
  const { report, services, pages } = incident;
  const capture = report.captures[0]!;
  yield `# tcplint: ${headline(report)}`;
  yield verdictOf(incident).map(markdown).join('\n\n');
  yield table(['capture', 'began', 'lasted', 'packets', 'connections', 'services', 'captured'], 'lllrrrl', [
    [
      markdownCode(capture.path),
      capture.start === null ? '' : clock('utc', capture.start, null),
      lengthOf(capture),
      grouped(capture.packets),
      grouped(capture.connections),
      grouped(services.length),
      vantageText(capture),
    ],
  ]);
  if (services.length > 0) {
    yield '## Services';
    yield servicesTable(services);
  }
  yield '## Findings by cause';
  for (const group of groupByCause(report)) {
    yield* causeBlocks(group, incident, page);
  }
  yield '## Over time';
  yield `![Findings, traffic and connections over time](${page.picture('activity', activityPicture(incident))})`;
  if (pages.length > 0) {
    yield '## Connections';
    const shown = worstFirst(report.findings, pages).slice(0, MOST_CONNECTIONS);
    for (const each of shown) {
      yield* connectionBlocks(each, incident, page);
    }
    const rest = pages.length - shown.length + incident.withoutPage;
    if (rest > 0) {
      yield `${count(rest, 'more connection')} with findings left out here.`;
    }
  }
  yield '## The capture';
  yield table(
    ['looked at', 'found'],
    'll',
    qualityOf(capture).map(({ name, text, limits }) => [name, limits ? `**${markdown(text)}**` : markdown(text)]),
  );
}

function table(titles: readonly string[], aligned: string, rows: readonly (readonly string[])[]): string {
  const rule = [...aligned].map((side) => (side === 'r' ? '--:' : '---'));
  return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function servicesTable(services: readonly ServiceRow[]): string {
  const part = (some: number, whole: number): string => {
    const value = share(some, whole) ?? 0;
    return value === 0 ? '' : percent(value);
  };
  const times = (facts: TimesFacts | null): string =>
    facts === null ? '' : `${duration(facts.p50)}, ${duration(facts.p95)}`;
  const rows = services.slice(0, MOST_SERVICES).map((row) => {
    const { address, port, name } = row.server;
    return [
      markdownCode(socket(address, port)) + (name === undefined ? '' : ` ${markdown(name)}`),
      grouped(row.connections),
      part(row.refused, row.begun),
      part(row.unanswered, row.begun),
      part(row.reset, row.connections),
      times(row.handshake),
      times(row.response),
      part(row.retransmittedBytes, row.uniqueBytes),
      [...new Set(row.findings.map(({ rule }) => rule))].map(markdownCode).join(', '),
    ];
  });
  const rest = services.length - rows.length;
  const titles = [
    'service',
    'connections',
    'refused',
    'unanswered',
    'reset',
    'handshake p50, p95',
    'response p50, p95',
    'sent again',
    'findings',
  ];
  return table(titles, 'lrrrrrrrl', rows) + (rest > 0 ? `\n\n${count(rest, 'more service')} left out here.` : '');
}

function* causeBlocks({ cause, rules }: CauseGroup, incident: Incident, page: IncidentPage): Generator<string> {
  yield `### ${markdown(cause.title)}`;
  yield markdown(cause.meaning);
  for (const group of rules) {
    yield* ruleBlocks(group, incident, page);
  }
}

function* ruleBlocks({ meta, findings }: RuleGroup, incident: Incident, page: IncidentPage): Generator<string> {
  const [first] = findings as [Finding, ...Finding[]];
  yield `**${first.severity}: ${markdown(meta.summary)}** ${markdownCode(meta.id)}`;
  yield findings
    .slice(0, IN_FULL)
    .map((finding) => findingItem(finding, incident, page))
    .join('\n');
  const rest = findings.length - IN_FULL;
  if (rest > 0) {
    yield `${count(rest, 'more finding')} of this rule left out here.`;
  }
  const points = (title: string, texts: readonly string[]): string[] =>
    texts.length === 0 ? [] : [`${title}:\n\n${texts.map((text) => `- ${markdownProse(text)}`).join('\n')}`];
  yield* points('Likely causes', first.likelyCauses);
  yield* points('Next steps', first.nextSteps);
}

function findingItem(finding: Finding, { report }: Incident, { timeFormat }: IncidentPage): string {
  const evidence = evidenceTexts(finding.evidence);
  const details = [
    ...(finding.frames.first === 0 ? [] : [`at ${when(timeFormat, finding.start, report.captures[0]!.start)}`]),
    framesText(finding.frames),
    ...(finding.confidence === 'high' ? [] : [`${finding.confidence} confidence`]),
    ...evidence.map(markdown),
    ...(finding.filter === '' ? [] : [markdownCode(finding.filter)]),
  ];
  return `- ${markdown(finding.message)}  \n  ${details.join(' · ')}`;
}

function* connectionBlocks(each: ConnectionPage, incident: Incident, page: IncidentPage): Generator<string> {
  const { facts, plot } = each;
  const { connection, client, server } = facts;
  yield `### Connection ${connection}`;
  yield `${remarksOf(facts).map(markdown).join(', ')}`;
  yield table(
    ['', 'address', 'packets', 'payload', 'retransmissions', 'reordered', 'RTT p50', 'last state'],
    'llrrrrrl',
    (
      [
        ['client', client],
        ['server', server],
      ] as const
    ).map(([side, end]) => [
      side,
      markdownCode(socket(end.address, end.port)) + (end.name === undefined ? '' : ` ${markdown(end.name)}`),
      grouped(end.packets),
      shortSize(end.uniqueBytes),
      grouped(end.retransmissions),
      grouped(end.reordered),
      end.rtt === null ? '' : duration(end.rtt.p50),
      end.finalState,
    ]),
  );
  const picture = page.picture(`connection-${connection}`, connectionPicture(each));
  yield `![States and sequence numbers of connection ${connection} over time](${picture})`;
  if (plot.points.length <= LADDER_POINTS) {
    yield `\`\`\`\`text\n${ladder(each, incident, page)}\`\`\`\``;
  }
}

/** The same ladder as at the terminal. Points stand for packets: relative numbers are as good as raw ones there. */
function ladder({ facts, plot }: ConnectionPage, { report }: Incident, page: IncidentPage): string {
  const rows = plot.points.map((point) => rowOf(point, facts));
  const findings = report.findings.filter(({ connections }) => connections.includes(facts.connection));
  const format = openLadder({ ...page, width: LADDER_WIDTH, colour: 0 });
  const { path, start } = report.captures[0]!;
  return format.row({ facts, packets: rows, findings }, { path, start, several: false });
}

function rowOf(point: PlotPoint, { connection, streams, start, timeline }: ConnectionPage['facts']): PacketRow {
  const state = (end: 'client' | 'server') =>
    timeline.findLast(({ endpoint, frame }) => endpoint === end && frame !== null && frame <= point.frame)?.state ??
    'CLOSED';
  return {
    frame: point.frame,
    connection,
    stream: streams[0] ?? 0,
    time: after(start, point.time),
    from: point.from,
    flags: FLAGS.filter((_, bit) => (point.flags & (1 << bit)) !== 0),
    seq: point.seq >>> 0,
    ack: (point.ack ?? 0) >>> 0,
    length: point.length,
    window: point.window ?? 0,
    windowScaled: point.window !== null,
    verdict: point.verdict,
    clientState: state('client'),
    serverState: state('server'),
  };
}
