import type { Vantage } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import { type Moment, secondsBetween } from '../facts/moment.ts';
import { ACKED_UNSEEN, MIDSTREAM, ONE_SIDED, REUSED } from '../facts/notes.ts';
import { TIME_WAIT } from '../facts/state.ts';
import { Segment } from '../packet/segment.ts';
import type { Connection, Endpoint } from '../tcp/connection.ts';
import type { LoneSyn } from '../tcp/entries/lone.ts';
import { isOver } from '../tcp/identity.ts';
import { oldNumbers } from '../tcp/oddities/numbers.ts';
import { conclude } from '../tcp/state/revise.ts';
import type { Timeline } from '../tcp/state/timeline.ts';
import { vantageOf } from '../tcp/timing/vantage.ts';
import { forget } from '../tcp/verdict/judge.ts';
import type { Memory } from '../tcp/verdict/memory.ts';
import type { Traffic } from '../traffic/traffic.ts';
import type { CaptureQuality } from './capture-quality.ts';
import { connectionFacts } from './connection-facts.ts';
import { ConnectionView, type Naming } from './connection-view.ts';
import type { Connections } from './connections.ts';
import { LastNotes } from './last-notes.ts';
import { LoneSyns, PATIENCE_SECONDS } from './lone-syns.ts';
import type { AnalyzerOptions } from './options.ts';
import type { Payload } from './payload.ts';
import { Summaries } from './summaries.ts';
import { UsualHandshakes } from './usual-handshakes.ts';
import type { Vocabularies } from './vocabularies.ts';

/** A connection that both ends have closed is finished after this much silence, a healthy one and another, seconds. */
const QUIET_SECONDS = 1;
const QUIET_ODD_SECONDS = 5;
/** `expires` of a connection that has left memory. */
const GONE = -1;

/** How connections end: what their silence says, what they add to the counters, their facts, and out of memory. */
export class Ending {
  readonly traffic: Traffic;
  private readonly connections: Connections;
  private readonly timeline: Timeline;
  private readonly memory: Memory;
  private readonly quality: CaptureQuality;
  private readonly vocabularies: Vocabularies | null;
  private readonly payload: Payload | null;
  private readonly onConnection: ((facts: ConnectionFacts) => void) | null;
  private readonly onLoneSyn: ((lone: LoneSyn) => void) | null;
  private readonly wake: number;
  private readonly lends: boolean;
  /** Nobody wants every connection in full: healthy ones may leave memory early. */
  private readonly retires: boolean;
  /** Nobody keeps a connection when it has ended: the object may stand for another. */
  private readonly reuses: boolean;
  private readonly summaries: Summaries;
  private readonly handshakes = new UsualHandshakes();
  private readonly tuple = new Segment();
  private readonly view: ConnectionView;
  private readonly lastNotes: LastNotes;

  /** Connections that are over, in the order in which they may leave memory; the first is at `head`. */
  private queue: Connection[] = [];
  private head = 0;
  /** The capture is over: what ends now ends with it. */
  private isAll = false;

  constructor(
    connections: Connections,
    timeline: Timeline,
    memory: Memory,
    quality: CaptureQuality,
    vocabularies: Vocabularies | null,
    payload: Payload | null,
    options: AnalyzerOptions,
    naming: Naming | null,
  ) {
    this.connections = connections;
    this.timeline = timeline;
    this.memory = memory;
    this.quality = quality;
    this.traffic = quality.traffic;
    this.summaries = new Summaries(timeline, quality);
    this.lastNotes = new LastNotes(timeline);
    this.vocabularies = vocabularies;
    this.payload = payload;
    this.onConnection = options.onConnection ?? null;
    this.onLoneSyn = options.onLoneSyn ?? null;
    this.wake = options.wake ?? -1;
    this.lends = options.lends === true && vocabularies === null;
    this.reuses = this.lends && options.onPacket === undefined && options.watch === undefined;
    this.view = new ConnectionView(this.tuple, timeline, naming);
    this.retires = this.wake !== -1 && options.onPacket === undefined && vocabularies === null;
  }

  /** Both ends are done: it leaves memory after some silence, a healthy one soon, any other after 2MSL. */
  noteOver(c: Connection): void {
    if (c.expires !== 0) return;
    c.expires = c.lastSeconds + (this.retires ? QUIET_SECONDS : this.quality.timeWaitSeconds) + 1;
    this.queue.push(c);
  }

  isDue(seconds: number): boolean {
    return this.head < this.queue.length && this.queue[this.head]!.expires <= seconds;
  }

  /** Finishes what has been over for long enough. Decided by capture time alone, so it never depends on chunks. */
  expire(seconds: number): void {
    while (this.isDue(seconds)) {
      const c = this.queue[this.head++]!;
      if (c.expires > 0 && !this.hasLeft(c, seconds)) this.queue.push(c);
    }
    if (this.head > 1024 && this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
  }

  /** Takes a connection that is over out of memory if its time has come; else says when to ask again. */
  hasLeft(c: Connection, seconds: number): boolean {
    if (!isOver(c)) {
      c.expires = seconds + QUIET_SECONDS;
      return false;
    }
    const due = c.lastSeconds + this.patienceWith(c) + 1;
    if (due > seconds) {
      c.expires = due;
      return false;
    }
    if (this.retires && !hasKin(c)) {
      this.finish(c);
      this.connections.retire(c);
    } else {
      this.leaveTable(c);
      this.finish(c);
    }
    return true;
  }

  /** How long the silence after the end of `c` is listened to, seconds. */
  private patienceWith(c: Connection): number {
    if (!this.retires || hasKin(c) || c.revived) return this.quality.timeWaitSeconds;
    return isPlain(c) ? QUIET_SECONDS : QUIET_ODD_SECONDS;
  }

  /** Ends a connection before its time: what comes later on its 4-tuple is another's, but for what is late at its end. */
  endEarly(c: Connection): void {
    const { connections } = this;
    const isAlone = this.retires && !hasKin(c);
    const isClosed = isAlone && isOver(c);
    if (!isClosed) this.leaveTable(c);
    this.finish(c);
    if (isClosed) connections.retire(c);
    else if (isAlone) connections.reuse(c);
  }

  /** A SYN that nobody answered is not to be kept any longer: it counts. */
  countLone(lone: LoneSyn): void {
    this.traffic.add(this.summaries.ofLone(lone));
    this.onLoneSyn?.(lone);
  }

  private leaveTable(c: Connection): void {
    const first = this.connections.table.connection(c.entry);
    if (first === c) {
      if (c.sibling !== null) this.connections.table.put(c.entry, c.sibling);
      else this.connections.table.clear(c.entry);
      return;
    }
    for (let other = first; other !== null; other = other.sibling) {
      if (other.sibling === c) other.sibling = c.sibling;
    }
  }

  /** `c` begins on the 4-tuple of `old`: if it met TIME_WAIT there, that is a fact of the new one. */
  noteReuse(c: Connection, old: Connection): void {
    this.vocabularies?.succeed(c, old);
    const waiting = old.client.state === TIME_WAIT ? old.client : old.server.state === TIME_WAIT ? old.server : null;
    if (waiting === null) return;
    const since = c.startSeconds - waiting.waitSeconds + (c.startNanos - waiting.waitNanos) / 1e9;
    if (since > this.quality.timeWaitSeconds) return;
    c.odd().old = oldNumbers(c, old);
    c.odd().reuse = { previous: old.number, secondsIntoTimeWait: since, refused: false };
    c.notes |= REUSED;
  }

  /** The capture is over: everything in memory ends. */
  finishAll(): void {
    this.isAll = true;
    // Nobody waits any more, and what has ended is not to be held while the rest ends.
    this.queue = [];
    this.head = 0;
    const { table } = this.connections;
    const allWanted = this.onConnection !== null && this.wake === -1 && this.onLoneSyn === null;
    const lone = allWanted ? null : new LoneSyns(table, this.quality.end);
    for (let entry = 0; entry < table.size; entry++) {
      if (table.isLoneSyn(entry)) {
        const alike = lone === null ? 0 : lone.alike(entry);
        if (lone !== null && alike < 0) this.countLone(lone.read);
        else this.finishLone(entry, alike);
      } else {
        for (let c = table.connection(entry); c !== null; ) {
          const { sibling }: Connection = c;
          this.finish(c);
          c = sibling;
        }
      }
      table.clear(entry);
    }
  }

  private finishLone(entry: number, alike: number): void {
    const c = this.connections.promote(entry);
    this.finish(c, alike);
    if (this.reuses) this.connections.reuse(c);
  }

  /** The last word on a connection. `alike`: so many more lone SYNs like it are only counted. */
  finish(c: Connection, alike = 0): void {
    if (c.expires === GONE) return;
    if (c.previous !== null) this.finish(c.previous);
    c.expires = GONE;
    const { timeline, quality } = this;
    const end = this.isAll ? quality.end : quality.latest;
    const silence = end.seconds - c.lastSeconds + (end.nanos - c.lastNanos) / 1e9;
    // Whatever is over is watched no longer than it may stay in memory, whenever it happens to leave.
    const watched = isOver(c) ? Math.min(silence, this.patienceWith(c)) : silence;
    conclude(timeline, c);
    this.payload?.finish(c);
    c.notes |= this.lastNotes.of(c, end.seconds);
    const vantage = vantageOf(c);
    quality.headers.connectionEnded(c);
    this.connections.table.readTuple(c.entry, c.clientIsLow, this.tupleOf(c));
    if (!c.revived) this.account(c, vantage);
    const usualRtt = this.handshakes.add(c, this.tuple);
    if (this.onConnection !== null && this.isWanted(c.notes)) {
      const { notes } = c;
      const { timeWaitSeconds: timeWait } = quality;
      const tunnel = this.tunnelOf(c);
      const view = this.view.look(c, { notes, watched, vantage, end, timeWait, usualRtt, tunnel, alike });
      const facts = this.lends ? view : connectionFacts(view);
      if (this.vocabularies !== null) Object.assign(facts, this.vocabularies.take(c));
      this.onConnection(facts);
    }
    timeline.release(c.client);
    timeline.release(c.server);
    forget(c, this.memory);
  }

  /**
   * What would be told of connections, and counted, if the capture ended now: of those in memory, but for what began just
   * now and proves nothing. Ends nothing and changes nothing.
   */
  snapshot(tell: (facts: ConnectionFacts) => void, traffic: Traffic): void {
    const { table } = this.connections;
    const { end } = this.quality;
    const lone: LoneSyn = { segment: new Segment(), number: 0, stream: 0, fromLow: false };
    for (let entry = 0; entry < table.size; entry++) {
      if (table.isLoneSyn(entry)) {
        table.readLoneTuple(entry, lone);
        if (secondsBetween(lone.segment, end) >= PATIENCE_SECONDS) traffic.add(this.summaries.ofLone(lone));
      }
      for (let c = table.connection(entry); c !== null; c = c.sibling) {
        for (let each: Connection | null = c; each !== null; each = each.previous) this.show(each, end, tell, traffic);
      }
    }
  }

  private show(c: Connection, end: Moment, tell: (facts: ConnectionFacts) => void, traffic: Traffic): void {
    if (c.expires === GONE) return;
    this.connections.table.readTuple(c.entry, c.clientIsLow, this.tupleOf(c));
    const begun = { seconds: c.startSeconds, nanos: c.startNanos };
    if (!c.revived && secondsBetween(begun, end) >= PATIENCE_SECONDS) traffic.add(this.summaries.of(c, this.tuple));
    const notes = c.notes | this.lastNotes.of(c, end.seconds);
    if (!this.isWanted(notes)) return;
    const watched = secondsBetween({ seconds: c.lastSeconds, nanos: c.lastNanos }, end);
    const usualRtt = this.handshakes.usual(c, this.tuple);
    const vantage = vantageOf(c);
    const { timeWaitSeconds: timeWait } = this.quality;
    const tunnel = this.tunnelOf(c);
    tell(connectionFacts(this.view.look(c, { notes, watched, vantage, end, timeWait, usualRtt, tunnel, alike: 0 })));
  }

  /** Somebody wants to hear of a connection with these notes. */
  private isWanted(notes: number): boolean {
    return this.wake === -1 || (notes & this.wake) !== 0;
  }

  /** Tunnels around it, in words. */
  private tunnelOf(c: Connection): string | null {
    return this.quality.tunnelText(c.clientTunnel === 0 ? c.serverTunnel : c.clientTunnel);
  }

  /** What it adds to the counters of the capture. */
  private account(c: Connection, vantage: Vantage): void {
    this.quality.connectionEnded({
      number: c.number,
      firstFrame: c.firstFrame,
      oneSided: (c.notes & ONE_SIDED) !== 0,
      midstream: (c.notes & MIDSTREAM) !== 0,
      unseenBytes: (c.notes & ACKED_UNSEEN) !== 0 ? unseen(c.client) + unseen(c.server) : 0,
      vantage,
    });
    this.traffic.add(this.summaries.of(c, this.tuple));
  }

  private tupleOf(c: Connection): Segment {
    this.tuple.ipVersion = c.ipVersion;
    return this.tuple;
  }
}

/** Other connections hang on it: another tunnel's, or the incarnation before. */
function hasKin(c: Connection): boolean {
  return c.sibling !== null || c.previous !== null;
}

/** Nothing odd happened to it. */
function isPlain(c: Connection): boolean {
  return c.oddities === null && c.handshakeSeen && c.client.flow.detail === null && c.server.flow.detail === null;
}

function unseen(e: Endpoint): number {
  return e.flow.detail?.unseenBytes ?? 0;
}
