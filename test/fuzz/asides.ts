import { Frame } from '../../lib/capture/frame.ts';
import { createReader } from '../../lib/capture/open.ts';
import { compareResults } from '../../lib/compare/results/compare.ts';
import { openTaps } from '../../lib/compare/taps/compare.ts';
import { Survey } from '../../lib/compare/taps/survey.ts';
import { ExplainingAnalyzer } from '../../lib/engine/explain/analyzer.ts';
import { Overview } from '../../lib/engine/incident/overview.ts';
import { PlotReader } from '../../lib/engine/incident/plots.ts';
import { secondsBetween } from '../../lib/facts/moment.ts';
import { Decoder, TCP } from '../../lib/packet/decoder.ts';
import * as comparedJson from '../../lib/report/compare/json.ts';
import * as comparedMarkdown from '../../lib/report/compare/markdown.ts';
import * as comparedPretty from '../../lib/report/compare/pretty.ts';
import * as tapsJson from '../../lib/report/compare/taps-json.ts';
import * as tapsPretty from '../../lib/report/compare/taps-pretty.ts';
import * as incidentHtml from '../../lib/report/incident/html.ts';
import * as incidentMarkdown from '../../lib/report/incident/markdown.ts';
import { inTurns } from '../../lib/report/incident/turns.ts';
import * as explanation from '../../lib/report/packets/explanation/pretty.ts';
import { PLAIN_PAGE } from '../../lib/report/page.ts';
import { WhereError } from '../../lib/select/error.ts';
import { FIELDS } from '../../lib/select/fields.ts';
import { parseWhere } from '../../lib/select/where.ts';
import { ServiceRows } from '../../lib/traffic/service-rows.ts';
import type { Run } from './analysis.ts';
import { hostileText } from './hostile.ts';
import type { Random } from './random.ts';

/** What else reads captures or what was told of them. Each says what is wrong, or null. */

const VALUES = [
  '0', '1', '80', '443', '1-3', '10.0.0.1', '10.0.0.0/8', '2001:db8::/32', '::', '*', '"x"', 'any', 'client', 'server',
  'both', 'nobody', 'fin', 'reset', 'open', 'SYN', 'ACK', 'RST', 'CLOSE_WAIT', 'ESTABLISHED', 'retransmission',
  'keep_alive', 'syn-unanswered', '> 0', '>= 1', '= 0', '< 1.5', '> 10ms', '> 1k', '1700000000', '1s', '0s-2s',
  '2023-11-14T22:13:20Z', '1e400', '-1', '99999999999999999999', '(', ')', '"', '',
] as const; // biome-ignore format: a list
const GLUE = [' and ', ' or ', ' and not ', ' ) ', ' ( ', ' '] as const;

/** Any expression is understood, or refused in words; and asked of everything that was told. */
export function whereAsked({ capture, connections, rows }: Run, random: Random): string | null {
  const names = [...FIELDS.values()].map(({ name }) => name);
  const terms = Array.from({ length: 1 + random.below(4) }, () => {
    const side = random.pick(['', '', 'client ', 'server ', 'not ']);
    const value = random.oneIn(20) ? hostileText(random) : random.pick(VALUES);
    return `${side}${random.oneIn(30) ? hostileText(random) : random.pick(names)} ${value}`;
  });
  const text = terms.reduce((before, term) => `${before}${random.pick(GLUE)}${term}`);
  try {
    const where = parseWhere(text);
    if (parseWhere(where.text).text !== where.text) return `--where ${text} does not read back`;
    const context = { captureStart: capture.start, findings: () => ['syn-unanswered'] };
    for (const facts of connections) {
      where.matchesConnection(facts, context);
      for (const row of rows) if (row.connection === facts.connection) where.matchesPacket(row, facts, context);
    }
  } catch (error) {
    if (!(error instanceof WhereError)) throw error;
  }
  return null;
}

/** One frame is explained; the magnifying glass changes nothing. */
export function explained(file: Uint8Array, random: Random, frames: number): string | null {
  if (frames === 0) return null;
  const wanted = 1 + random.below(frames);
  const analyzer = new ExplainingAnalyzer({}, wanted);
  analyzer.write(file);
  const { start } = analyzer.end();
  const found = analyzer.explanation();
  if (found === null) return null;
  const text = explanation.open(PLAIN_PAGE).row(found, { path: 'case', start, several: false });
  return /undefined|NaN|\[object/.exec(text) === null ? null : `frame ${wanted} is explained as ${text}`;
}

/** The incident report, with its pictures; and the capture compared with itself. */
export function pictured({ report, capture, connections, findings, judgement }: Run, file: Uint8Array): string | null {
  const { start, end } = capture;
  if (start === null || end === null) return null;
  const overview = new Overview(() => start);
  const services = new ServiceRows();
  for (const facts of connections) {
    overview.add(facts);
    services.add(facts);
  }
  const numbers = [...new Set([...inTurns(findings), 0, 1])].slice(0, 20);
  const known = numbers.map((number) => overview.find(number)).filter((each) => each !== null);
  const reader = new PlotReader(start, known, 60);
  reader.write(file);
  reader.end();
  const { pages, traffic } = reader.drawn();
  const rows = services.rows(findings, capture.traffic.services);
  const incident = {
    report,
    services: rows,
    activity: { ...traffic, ...overview.states(Math.max(0, secondsBetween(start, end))) },
    connections: overview.table(pages, start),
    pages,
    withoutPage: 0,
  };
  const page = { ...PLAIN_PAGE, picture: (name: string, svg: string) => `${name}-${svg.length}` };
  const result = { capture, connections: connections.length, services: rows, findings, rules: judgement.ruleRuns };
  const comparison = compareResults(result, result, 0.05);
  const texts = [
    [...incidentHtml.render(incident, page)].join('').replace(/<(script|style)\b[\s\S]*?<\/\1>/g, ''),
    [...incidentMarkdown.render(incident, page)].join(''),
    comparedJson.render(comparison),
    comparedMarkdown.render(comparison),
    comparedPretty.render(comparison, PLAIN_PAGE),
  ];
  for (const text of texts) {
    const bad = /\bundefined\b.{0,60}|\bNaN\b.{0,60}|\[object.{0,60}/.exec(text);
    if (bad !== null) return `the report says ${bad[0]}`;
  }
  return null;
}

/** A capture as a tap would have it: some packets missing, late or twice. `lost`: one in so many, 0 for none. */
class Tap {
  readonly decoder = new Decoder();
  private readonly frame = new Frame();
  private readonly reader = createReader();
  private readonly lost: number;
  private readonly late: number;
  private again = false;

  constructor(file: Uint8Array, lost: number, late: number) {
    this.lost = lost;
    this.late = late;
    this.reader.write(file);
  }

  /** To the next segment; false where there is none. */
  advance(): boolean {
    const { frame, decoder } = this;
    if (this.again) {
      this.again = false;
      return true;
    }
    while (this.reader.next(frame)) {
      const fate = Math.imul(frame.number, 0x9e3779b1) >>> 0;
      if (this.lost > 0 && fate % this.lost === 0) continue;
      frame.nanos += this.late;
      frame.seconds += Math.floor(frame.nanos / 1e9);
      frame.nanos %= 1e9;
      if (decoder.decode(frame) !== TCP) continue;
      this.again = this.lost > 0 && fate % 11 === 1;
      return true;
    }
    return false;
  }
}

/** The capture at one tap, and the same with some packets missing, late or twice at another. */
export function tapsCompared(file: Uint8Array, random: Random): string | null {
  const lost = random.pick([2, 5, 1000]);
  const late = random.pick([0, 1e6, 30e6]);
  const taps = (): readonly [Tap, Tap] => [new Tap(file, 0, 0), new Tap(file, lost, late)];
  const surveys = taps().map((tap) => {
    const survey = new Survey();
    while (tap.advance()) {
      const { segment } = tap.decoder;
      survey.frame(segment.seconds, segment.nanos);
      survey.segment(segment);
    }
    return survey;
  }) as [Survey, Survey];
  if (surveys.some(({ segments }) => segments === 0)) return null;
  const [client, server] = [
    { path: 'a', survey: surveys[0] },
    { path: 'b', survey: surveys[1] },
  ];
  const matching = openTaps(client, server, { patience: random.pick([0.01, 10]), clockOffset: null });
  if (matching === null) return null;
  const sides = taps();
  const there = [sides[0].advance(), sides[1].advance()];
  while (there[0] || there[1]) {
    const [one, other] = sides.map(({ decoder }, i) => (there[i] ? matching.time(i, decoder.segment) : Infinity));
    const first = one! <= other! ? 0 : 1;
    matching.see(first, sides[first].decoder.segment);
    there[first] = sides[first].advance();
  }
  const found = matching.end();
  const sent = Object.values(found.ways).reduce((sum, way) => sum + way.sent, 0);
  if (sent > surveys[0].segments + surveys[1].segments) return `${sent} packets were sent`;
  const texts = [tapsPretty.render(found, PLAIN_PAGE), tapsJson.render(found)];
  const bad = /undefined.{0,60}|NaN.{0,60}|\[object.{0,60}/.exec(texts.join('\n'));
  return bad === null ? null : `taps: ${bad[0]}`;
}
