import type { ConnectionFacts } from '../facts/connection.ts';
import { EVERY_CONNECTION, REUSED } from '../facts/notes.ts';
import { TIME_WAIT } from '../facts/state.ts';
import { Segment } from '../packet/segment.ts';
import type { Connection } from '../tcp/connection.ts';
import type { LoneSyn } from '../tcp/entries/lone.ts';
import { isOver } from '../tcp/identity.ts';
import { oldNumbers } from '../tcp/oddities/numbers.ts';
import { conclude } from '../tcp/state/revise.ts';
import type { Timeline } from '../tcp/state/timeline.ts';
import { elapsed } from '../tcp/timing/elapsed.ts';
import { forget } from '../tcp/verdict/judge.ts';
import type { Memory } from '../tcp/verdict/memory.ts';
import type { Traffic } from '../traffic/traffic.ts';
import type { CaptureQuality } from './capture-quality.ts';
import type { Naming } from './connection-view.ts';
import type { Connections } from './connections.ts';
import { LastWord } from './last-word.ts';
import { LoneSyns } from './lone-syns.ts';
import type { AnalyzerOptions } from './options.ts';
import type { Payload } from './payload.ts';
import type { Vocabularies } from './vocabularies.ts';

/** A connection that both ends have closed is finished after this much silence, a healthy one and another, seconds. */
const QUIET_SECONDS = 1;
const QUIET_ODD_SECONDS = 5;
/** `expires` of a connection that has left memory. */
const GONE = -1;

/** When connections end: what their silence says, and how they leave memory. What is told of them is `LastWord`. */
export class Ending {
  private readonly connections: Connections;
  private readonly timeline: Timeline;
  private readonly memory: Memory;
  private readonly quality: CaptureQuality;
  private readonly vocabularies: Vocabularies | null;
  private readonly payload: Payload | null;
  private readonly lastWord: LastWord;
  /** Somebody wants every connection, those of one SYN among them. */
  private readonly allWanted: boolean;
  /** Nobody wants every connection in full: healthy ones may leave memory early. */
  private readonly retires: boolean;
  /** Nobody keeps a connection when it has ended: the object may stand for another. */
  private readonly reuses: boolean;

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
    this.vocabularies = vocabularies;
    this.payload = payload;
    const { wake = EVERY_CONNECTION, onConnection, onLoneSyn, onPacket, watch } = options;
    const lends = options.lends === true && vocabularies === null;
    this.lastWord = new LastWord(connections.table, timeline, quality, vocabularies, options, lends, naming);
    this.allWanted = onConnection !== undefined && wake === EVERY_CONNECTION && onLoneSyn === undefined;
    this.retires = wake !== EVERY_CONNECTION && onPacket === undefined && vocabularies === null;
    this.reuses = lends && onPacket === undefined && watch === undefined;
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
    this.lastWord.sayLone(lone);
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
    const begun = { seconds: c.startSeconds, nanos: c.startNanos };
    const since = elapsed(begun, waiting.waitSeconds, waiting.waitNanos);
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
    const lone = this.allWanted ? null : new LoneSyns(table, this.quality.end);
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
    const silence = elapsed(end, c.lastSeconds, c.lastNanos);
    // Whatever is over is watched no longer than it may stay in memory, whenever it happens to leave.
    const watched = isOver(c) ? Math.min(silence, this.patienceWith(c)) : silence;
    conclude(timeline, c, end);
    this.payload?.finish(c);
    this.lastWord.say(c, end, watched, alike);
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
        this.lastWord.previewLone(lone, end, traffic);
      }
      for (let c = table.connection(entry); c !== null; c = c.sibling) {
        for (let each: Connection | null = c; each !== null; each = each.previous) {
          if (each.expires !== GONE) this.lastWord.preview(each, end, tell, traffic);
        }
      }
    }
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
