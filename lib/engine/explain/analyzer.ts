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

/** One segment of the frame: its stages, and what its end is told from. */
interface Explained {
  readonly stages: Stage[];
  readonly connection: number;
  readonly diary: StateDiary;
  readonly atOnce: string;
}

/**
 * The analyzer, with one frame under the magnifying glass: it goes the same road as all others, and what each stage makes of
 * it is written down. What later evidence revises is told as well, so the explanation is there at the end.
 */
export class ExplainingAnalyzer extends Analyzer {
  private readonly wanted: number;
  /** The cursors of the frame and segment in hand. */
  private readonly cursor: Frame;
  private readonly inHand: Segment;
  /** Stages of the frame as a whole, and then segment by segment: there is one, mostly. */
  private readonly stages: Stage[] = [];
  private readonly segments: Explained[] = [];
  private readonly rowsOfFrame: PacketRow[] = [];
  private readonly facts = new Map<number, ConnectionFacts>();

  constructor(options: AnalyzerOptions, frame: number) {
    const receiver = new CaptureReceiver(options);
    super(
      {
        ...options,
        labels: true,
        onPacket: (row) => {
          if (row.frame === frame) this.rowsOfFrame.push(row);
        },
        onConnection: (facts) => {
          if (this.segments.some(({ connection }) => connection === facts.connection)) {
            this.facts.set(facts.connection, facts);
          }
        },
      },
      receiver,
    );
    this.cursor = receiver.frame;
    this.inHand = receiver.segment;
    this.wanted = frame;
  }

  /** What became of the frame; null when the capture has no such frame. After `end`. */
  explanation(): Explanation | null {
    if (this.stages.length === 0) return null;
    return { frame: this.wanted, stages: [...this.stages, ...this.segments.flatMap(({ stages }) => stages)] };
  }

  override end(): CaptureFacts {
    const facts = super.end();
    this.segments.forEach((segment, i) => {
      const row = this.rowsOfFrame[i];
      if (row !== undefined) this.conclude(segment, row);
    });
    return facts;
  }

  protected override step(receiver: Receiver): void {
    const { cursor, stages } = this;
    if (cursor.number === this.wanted && stages.length === 0) {
      stages.push(
        { stage: 'frame', entries: frameEntries(cursor) },
        { stage: 'layers', entries: layerEntries(cursor) },
      );
    }
    super.step(receiver);
  }

  protected override observe(c: Connection, s: Segment, fromClient: boolean): void {
    // Replayed, it is told already.
    if (s.frame !== this.wanted || s !== this.inHand) {
      super.observe(c, s, fromClient);
      return;
    }
    const stages: Stage[] = [];
    const tell = (stage: StageName, entries: readonly Entry[]) => stages.push({ stage, entries });
    tell('segment', segmentEntries(s));
    tell('connection', this.connectionEntries(c, s, fromClient));
    const evidence = new Evidence(c, fromClient, s, this.memory);
    const timing = new Timing(c, fromClient, s, this.memory);
    const diary = new StateDiary(c);
    this.timeline.trace = diary;
    super.observe(c, s, fromClient);
    this.timeline.trace = null;
    diary.seal();
    const atOnce = verdictText(verdictOf(this.judgement));
    tell('verdict', [
      { name: 'verdict', text: atOnce },
      ...evidence.entries,
      ...evidence.rejected(this.judgement.kind),
    ]);
    tell('states', []);
    tell('timing', timing.entries());
    tell('windows', windowEntries(c, fromClient, s));
    this.segments.push({ stages, connection: c.number, diary, atOnce });
  }

  /** What is known at the end only: final verdict, what is left of the changes, labels of the second pass. */
  private conclude({ stages, connection, diary, atOnce }: Explained, row: PacketRow): void {
    const add = (name: StageName, entries: readonly Entry[]) => {
      const at = stages.findIndex(({ stage }) => stage === name);
      stages[at] = { stage: name, entries: [...stages[at]!.entries, ...entries] };
    };
    const final = verdictText(row.verdict);
    if (final !== atOnce) add('verdict', [{ name: 'revised later', text: final }]);
    const timeline = this.facts.get(connection)?.timeline ?? [];
    add('states', diary.entries(timeline.filter(({ frame }) => frame === this.wanted)));
    stages.push({ stage: 'labels', entries: labelEntries(row) });
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
}

function labelEntries(row: PacketRow): Entry[] {
  const { analysis = [], verdict, flags } = row;
  const difference = explainDifference(analysis, verdict, flags);
  return [
    { name: 'Wireshark', text: analysis.join(' ').replaceAll('_', ' ') || 'no label' },
    { name: 'difference', text: difference ?? 'none: labels and verdict do not contradict each other' },
  ];
}
