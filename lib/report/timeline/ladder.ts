import type { ConnectionFacts, Side, StateChange } from '../../facts/connection.ts';
import type { Finding } from '../../facts/finding.ts';
import { isBefore, type Moment, secondsBetween } from '../../facts/moment.ts';
import type { PacketRow } from '../../facts/packet-row.ts';
import type { StateName } from '../../facts/state.ts';
import type { Origin, RowFormat } from '../format.ts';
import { Ladder, type Rung } from '../layout/ladder.ts';
import { KEPT, LONGEST_RUN, runsOf, SILENCE_SECONDS } from '../layout/runs.ts';
import { segmentTexts } from '../layout/segment-texts.ts';
import { RelativeNumbers } from '../packets/relative.ts';
import { verdictText } from '../packets/verdict-text.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { count, duration, shortSize } from '../phrases.ts';
import { connectionHeading } from './heading.ts';
import type { Story } from './story.ts';

/** Columns of a time; a date has a line of its own. */
const TIME_WIDTHS = { relative: 11, epoch: 20, utc: 15, local: 15 } as const;

/** One connection as a ladder: who sent what, and both endpoints' states beside it; findings stand at their frames. */
export function open(options: PageOptions): RowFormat<Story> {
  const page = openPage(options);
  let separator = '';
  return {
    head: () => '',
    row(story, origin) {
      const text = separator + draw(story, origin, page, TIME_WIDTHS[options.timeFormat]);
      separator = '\n';
      return text;
    },
    tail: () => '',
  };
}

function draw(story: Story, origin: Origin, page: Page, timeWidth: number): string {
  const ladder = new Ladder(page, timeWidth);
  const lines = [connectionHeading(story.facts, page, origin), '', ladder.heading('client', 'server')];
  for (const rung of rungs(story, origin, page)) {
    lines.push(ladder.rung(rung));
  }
  return `${lines.join('\n')}\n`;
}

/** What happens at one moment: a segment, or a state that changes without one. */
interface Step {
  readonly time: Moment;
  readonly packet: PacketRow | null;
  readonly changes: readonly StateChange[];
  readonly findings: readonly Finding[];
}

function* rungs(story: Story, origin: Origin, page: Page): Generator<Rung> {
  const numbers = new RelativeNumbers();
  const steps = stepsOf(story);
  let last: Moment | null = null;
  for (const run of runsOf(steps, isOrdinary, isAfterSilence)) {
    for (const [i, step] of run.entries()) {
      if (run.length > LONGEST_RUN && i >= KEPT && i < run.length - KEPT) {
        if (i === KEPT) {
          const folded = run.slice(KEPT, -KEPT);
          yield event('', `${page.glyph.ellipsis} ${foldedText(folded, page)} ${page.glyph.ellipsis}`);
        }
        last = step.time;
        continue;
      }
      const silence = last === null ? 0 : secondsBetween(last, step.time);
      if (silence >= SILENCE_SECONDS) {
        yield event('', `${page.glyph.ellipsis} ${duration(silence)} of silence ${page.glyph.ellipsis}`);
      }
      last = step.time;
      yield* stepRungs(step, step === steps[0], numbers, page, origin);
    }
  }
}

function event(time: string, text: string, left: string | null = null, right: string | null = null): Rung {
  return { kind: 'event', time, left, right, text };
}

function* stepRungs(step: Step, first: boolean, numbers: RelativeNumbers, page: Page, origin: Origin): Generator<Rung> {
  const { packet } = step;
  const time = page.time(step.time, origin.start);
  const state = (side: Side): string | null =>
    step.changes.findLast(({ endpoint }) => endpoint === side)?.state ?? null;
  if (packet === null) {
    const causes = [...new Set(step.changes.map(({ cause }) => cause))];
    yield event(time, causes.join(', '), state('client'), state('server'));
  } else {
    numbers.see(packet);
    yield {
      kind: 'arrow',
      frame: String(packet.frame),
      time,
      toRight: packet.from === 'client',
      texts: arrowTexts(packet, numbers),
      left: state('client') ?? (first ? initial(packet.clientState) : null),
      right: state('server') ?? (first ? initial(packet.serverState) : null),
      paint: packet.verdict === null ? (packet.flags.includes('RST') ? page.ink.red : null) : page.ink.yellow,
    };
    if (packet.verdict !== null) {
      yield { kind: 'remark', text: verdictText(packet.verdict), paint: page.ink.yellow };
    }
  }
  for (const { severity, rule, message } of step.findings) {
    yield { kind: 'remark', text: `${rule}: ${message}`, paint: (text) => page.severity(severity, text) };
  }
}

/** A state worth showing where the ladder begins: that nobody had begun yet goes without saying. */
function initial(state: StateName): StateName | null {
  return state === 'CLOSED' || state === 'LISTEN' ? null : state;
}

function arrowTexts(packet: PacketRow, numbers: RelativeNumbers): string[] {
  return segmentTexts({
    flags: packet.flags,
    seq: numbers.seq(packet),
    length: packet.length,
    ack: numbers.ack(packet),
    window: `${packet.window}${packet.windowScaled ? '' : '?'}`,
    odd: packet.verdict !== null,
  });
}

/** Segments in capture order, each with the changes it made and the findings that begin at it; timers in between. */
function stepsOf({ facts, packets, findings }: Story): Step[] {
  const changes = changesByFrame(facts);
  const found = new Map<number, Finding[]>();
  const shown = new Set(packets.map(({ frame }) => frame));
  for (const finding of findings) {
    const frame = finding.frames.examples.find((example) => shown.has(example)) ?? packets[0]?.frame ?? 0;
    found.set(frame, [...(found.get(frame) ?? []), finding]);
  }
  const timers = facts.timeline.filter(({ frame }) => frame === null || !shown.has(frame));
  const steps: Step[] = [];
  let next = 0;
  const timersBefore = (time: Moment | null): void => {
    while (next < timers.length && (time === null || isBefore(timers[next]!.time, time))) {
      const change = timers[next++]!;
      steps.push({ time: change.time, packet: null, changes: [change], findings: [] });
    }
  };
  packets.forEach((packet, i) => {
    timersBefore(packet.time);
    const { frame, time } = packet;
    // Of several segments in one frame, the last bears what the frame made.
    const isLast = packets[i + 1]?.frame !== frame;
    const made = isLast ? { changes: changes.get(frame) ?? [], findings: found.get(frame) ?? [] } : NOTHING;
    steps.push({ time, packet, ...made });
  });
  timersBefore(null);
  return steps;
}

const NOTHING = { changes: [], findings: [] };

function changesByFrame({ timeline }: ConnectionFacts): Map<number, StateChange[]> {
  const byFrame = new Map<number, StateChange[]>();
  for (const change of timeline) {
    if (change.frame !== null) {
      byFrame.set(change.frame, [...(byFrame.get(change.frame) ?? []), change]);
    }
  }
  return byFrame;
}

function isAfterSilence(step: Step, before: Step): boolean {
  return secondsBetween(before.time, step.time) >= SILENCE_SECONDS;
}

function isOrdinary({ packet, changes, findings }: Step): boolean {
  return (
    packet !== null &&
    packet.verdict === null &&
    packet.window > 0 &&
    changes.length === 0 &&
    findings.length === 0 &&
    !packet.flags.some((flag) => flag === 'SYN' || flag === 'FIN' || flag === 'RST')
  );
}

function foldedText(steps: readonly Step[], page: Page): string {
  const sent = (side: Side): number =>
    steps.reduce((sum, { packet }) => sum + (packet?.from === side ? packet.length : 0), 0);
  const [right, left] = [sent('client'), sent('server')];
  const parts = [
    ...(right > 0 ? [`${shortSize(right)} ${page.glyph.to}`] : []),
    ...(left > 0 ? [`${page.glyph.from} ${shortSize(left)}`] : []),
  ];
  return [count(steps.length, 'segment'), ...parts].join(', ');
}
