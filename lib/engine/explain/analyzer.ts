import type { Frame } from '../../capture/frame.ts';
import type { CaptureFacts } from '../../facts/capture.ts';
import type { ConnectionFacts } from '../../facts/connection.ts';
import type { Entry, Explanation, Stage, StageName } from '../../facts/explanation.ts';
import type { PacketRow } from '../../facts/packet-row.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection } from '../../tcp/connection.ts';
import { explainDifference } from '../../tcp/wireshark/differences.ts';
import { Analyzer } from '../analyzer.ts';
import type { AnalyzerOptions } from '../options.ts';
import { verdictOf } from '../packet-rows.ts';
import { CaptureReceiver, type Receiver } from '../receiving/receiver.ts';
import { frameEntries, layerEntries } from './layers.ts';
import { segmentEntries } from './segment.ts';
import { StateDiary } from './states.ts';
import { Timing, windowEntries } from './timing.ts';
import { Evidence, verdictText } from './verdict.ts';

/**
 * The analyzer, with one frame under the magnifying glass: it goes the same road as all others, and what each stage makes of
 * it is written down. What later evidence revises is told as well, so the explanation is there at the end.
 */
export class ExplainingAnalyzer extends Analyzer {
  private readonly wanted: number;
  /** The cursor of the frame in hand. */
  private readonly cursor: Frame;
  private readonly stages: Stage[] = [];
  private row: PacketRow | null = null;
  private facts: ConnectionFacts | null = null;
  private connection = -1;
  private diary: StateDiary | null = null;
  private evidence: Evidence | null = null;
  private atOnce = '';

  constructor(options: AnalyzerOptions, frame: number) {
    const receiver = new CaptureReceiver(options);
    super(
      {
        ...options,
        labels: true,
        wake: -1,
        onPacket: (row) => {
          if (row.frame === frame) this.row = row;
        },
        onConnection: (facts) => {
          if (facts.connection === this.connection) this.facts = facts;
        },
      },
      receiver,
    );
    this.cursor = receiver.frame;
    this.wanted = frame;
  }

  /** What became of the frame; null when the capture has no such frame. After `end`. */
  explanation(): Explanation | null {
    return this.stages.length === 0 ? null : { frame: this.wanted, stages: this.stages };
  }

  override end(): CaptureFacts {
    const facts = super.end();
    this.conclude();
    return facts;
  }

  protected override step(receiver: Receiver): void {
    const { cursor } = this;
    if (cursor.number === this.wanted) {
      this.tell('frame', frameEntries(cursor));
      this.tell('layers', layerEntries(cursor));
    }
    super.step(receiver);
  }

  protected override observe(c: Connection, s: Segment, fromClient: boolean): void {
    if (s.frame !== this.wanted || this.diary !== null) {
      super.observe(c, s, fromClient);
      return;
    }
    this.connection = c.number;
    this.tell('segment', segmentEntries(s));
    this.tell('connection', this.connectionEntries(c, s, fromClient));
    this.evidence = new Evidence(c, fromClient, s, this.memory);
    const timing = new Timing(c, fromClient, s, this.memory);
    this.diary = new StateDiary(c);
    this.timeline.trace = this.diary;
    super.observe(c, s, fromClient);
    this.timeline.trace = null;
    this.diary.seal();
    const verdict = verdictOf(this.judgement);
    this.atOnce = verdictText(verdict);
    this.tell('verdict', [
      { name: 'verdict', text: this.atOnce },
      ...this.evidence.entries,
      ...this.evidence.rejected(this.judgement.kind),
    ]);
    this.tell('states', []);
    this.tell('timing', timing.entries());
    this.tell('windows', windowEntries(c, fromClient, s));
  }

  /** What is known at the end only: final verdict, what is left of the changes, labels of the second pass. */
  private conclude(): void {
    const { row, diary } = this;
    if (row === null || diary === null) return;
    const final = verdictText(row.verdict);
    if (final !== this.atOnce) this.add('verdict', [{ name: 'revised later', text: final }]);
    this.add('states', diary.entries((this.facts?.timeline ?? []).filter(({ frame }) => frame === this.wanted)));
    this.tell('labels', labelEntries(row));
  }

  private connectionEntries(c: Connection, s: Segment, fromClient: boolean): Entry[] {
    const { client, server } = c;
    const first = c.firstFrame === s.frame;
    const known = fromClient ? client.flow.packets : server.flow.packets;
    const begun = c.handshakeSeen ? 'its SYN was seen' : 'it had begun before the capture';
    return [
      {
        name: 'number',
        text: `${c.number}${first ? ', begins with this segment' : `, since frame ${c.firstFrame}`}; ${begun}`,
      },
      { name: 'sender', text: `the ${fromClient ? 'client' : 'server'}; its segment number ${known + 1}` },
      ...(c.previous === null
        ? []
        : [{ name: 'follows', text: `connection ${c.previous.number} of the same addresses and ports` }]),
      ...(s.tunnel === 0 ? [] : [{ name: 'tunnel', text: this.quality.tunnelText(s.tunnel) ?? 'unnamed' }]),
      { name: 'stream', text: `${c.stream} by Wireshark’s rules` },
    ];
  }

  private tell(stage: StageName, entries: readonly Entry[]): void {
    this.stages.push({ stage, entries });
  }

  private add(name: StageName, entries: readonly Entry[]): void {
    const at = this.stages.findIndex(({ stage }) => stage === name);
    const { stage, entries: before } = this.stages[at]!;
    this.stages[at] = { stage, entries: [...before, ...entries] };
  }
}

function labelEntries(row: PacketRow): Entry[] {
  const { analysis = [], verdict, flags } = row;
  const difference = explainDifference(analysis, verdict, flags);
  return [
    { name: 'Wireshark', text: analysis.join(' ').replaceAll('_', ' ') || 'no label' },
    { name: 'difference', text: difference ?? 'none: labels and verdict do not contradict each other' },
  ];
}
