import type { ConnectionFacts } from '../facts/connection.ts';
import { type Moment, secondsBetween } from '../facts/moment.ts';
import { EVERY_CONNECTION } from '../facts/notes.ts';
import { Segment } from '../packet/segment.ts';
import type { Connection } from '../tcp/connection.ts';
import type { LoneSyn } from '../tcp/entries/lone.ts';
import type { Timeline } from '../tcp/state/timeline.ts';
import type { ConnectionTable } from '../tcp/table.ts';
import { elapsed } from '../tcp/timing/elapsed.ts';
import { vantageOf } from '../tcp/timing/vantage.ts';
import type { Traffic } from '../traffic/traffic.ts';
import type { CaptureQuality } from './capture-quality.ts';
import { connectionFacts } from './connection-facts.ts';
import { ConnectionView, type Naming, type Watching } from './connection-view.ts';
import { LastNotes } from './last-notes.ts';
import { PATIENCE_SECONDS } from './lone-syns.ts';
import type { AnalyzerOptions } from './options.ts';
import { Summaries } from './summaries.ts';
import { UsualHandshakes } from './usual-handshakes.ts';
import type { Vocabularies } from './vocabularies.ts';

/** The last word on a connection: what it adds to the counters of the capture, and its facts, for whoever wants them. */
export class LastWord {
  private readonly table: ConnectionTable;
  private readonly quality: CaptureQuality;
  private readonly vocabularies: Vocabularies | null;
  private readonly onConnection: AnalyzerOptions['onConnection'];
  private readonly onLoneSyn: AnalyzerOptions['onLoneSyn'];
  private readonly wake: number;
  private readonly lends: boolean;
  private readonly summaries: Summaries;
  private readonly handshakes = new UsualHandshakes();
  private readonly tuple = new Segment();
  private readonly view: ConnectionView;
  private readonly lastNotes: LastNotes;

  /** `lends`: facts are lent, not made to be kept. */
  constructor(
    table: ConnectionTable,
    timeline: Timeline,
    quality: CaptureQuality,
    vocabularies: Vocabularies | null,
    options: AnalyzerOptions,
    lends: boolean,
    naming: Naming | null,
  ) {
    this.table = table;
    this.quality = quality;
    this.vocabularies = vocabularies;
    this.onConnection = options.onConnection;
    this.onLoneSyn = options.onLoneSyn;
    this.wake = options.wake ?? EVERY_CONNECTION;
    this.lends = lends;
    this.summaries = new Summaries(timeline, quality);
    this.view = new ConnectionView(this.tuple, timeline, naming);
    this.lastNotes = new LastNotes(timeline);
  }

  /** `c` has ended, after being watched in silence for so many seconds. `alike`: so many more like it are only counted. */
  say(c: Connection, end: Moment, watched: number, alike: number): void {
    const { quality } = this;
    c.notes |= this.lastNotes.of(c, end.seconds);
    const vantage = vantageOf(c);
    quality.headers.connectionEnded(c);
    this.readTuple(c);
    if (!c.revived) {
      quality.connectionEnded(c, vantage);
      quality.traffic.add(this.summaries.of(c, this.tuple));
    }
    const usualRtt = this.handshakes.add(c, this.tuple);
    if (this.onConnection === undefined || !this.isWanted(c.notes)) return;
    const view = this.look(c, { notes: c.notes, watched, vantage, end, usualRtt, alike });
    const facts = this.lends ? view : connectionFacts(view);
    if (this.vocabularies !== null) Object.assign(facts, this.vocabularies.take(c));
    this.onConnection(facts);
  }

  /** A SYN that nobody answered has ended, and is only counted. */
  sayLone(lone: LoneSyn): void {
    this.quality.traffic.add(this.summaries.ofLone(lone));
    this.onLoneSyn?.(lone);
  }

  /** What would be said if the capture ended now, and added to `traffic`. Changes nothing else. */
  preview(c: Connection, end: Moment, tell: (facts: ConnectionFacts) => void, traffic: Traffic): void {
    this.readTuple(c);
    const begun = { seconds: c.startSeconds, nanos: c.startNanos };
    if (!c.revived && provesSomething(begun, end)) traffic.add(this.summaries.of(c, this.tuple));
    const notes = c.notes | this.lastNotes.of(c, end.seconds);
    if (!this.isWanted(notes)) return;
    const watched = elapsed(end, c.lastSeconds, c.lastNanos);
    const usualRtt = this.handshakes.usual(c, this.tuple);
    tell(connectionFacts(this.look(c, { notes, watched, vantage: vantageOf(c), end, usualRtt, alike: 0 })));
  }

  previewLone(lone: LoneSyn, end: Moment, traffic: Traffic): void {
    if (provesSomething(lone.segment, end)) traffic.add(this.summaries.ofLone(lone));
  }

  private look(c: Connection, seen: Omit<Watching, 'timeWait' | 'tunnel'>): ConnectionView {
    const { timeWaitSeconds: timeWait } = this.quality;
    const tunnel = this.quality.tunnelText(c.clientTunnel === 0 ? c.serverTunnel : c.clientTunnel);
    return this.view.look(c, { ...seen, timeWait, tunnel });
  }

  /** Somebody wants to hear of a connection with these notes. */
  private isWanted(notes: number): boolean {
    return this.wake === EVERY_CONNECTION || (notes & this.wake) !== 0;
  }

  private readTuple(c: Connection): void {
    this.tuple.ipVersion = c.ipVersion;
    this.table.readTuple(c.entry, c.clientIsLow, this.tuple);
  }
}

/** What began just now shows nothing yet by what has not come. */
function provesSomething(begun: Moment, end: Moment): boolean {
  return secondsBetween(begun, end) >= PATIENCE_SECONDS;
}
