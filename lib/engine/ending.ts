import { seqGt } from '../bytes/seq.ts';
import type { Vantage } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import { type Moment, secondsBetween } from '../facts/moment.ts';
import {
  ACKED_UNSEEN,
  CLOSE_LINGERS,
  HANDSHAKE_INCOMPLETE,
  HANDSHAKE_SLOW,
  MIDSTREAM,
  ONE_SIDED,
  OPEN,
  OPTIONS_UNEVEN,
  RESENT_BY_TIMER,
  RETRANSMITTED,
  REUSED,
  RTT_SPREAD,
  SPURIOUS,
} from '../facts/notes.ts';
import { CLOSE_WAIT, CLOSING, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, LAST_ACK, TIME_WAIT } from '../facts/state.ts';
import { Segment } from '../packet/segment.ts';
import type { Connection, Endpoint } from '../tcp/connection.ts';
import type { LoneSyn } from '../tcp/entries/lone.ts';
import { OFFERED_SACK, OFFERED_SCALE, OFFERED_TIMESTAMPS, OPTIONS_CUT, SYN_SEEN } from '../tcp/flow.ts';
import { isOver } from '../tcp/identity.ts';
import { oldNumbers } from '../tcp/oddities/numbers.ts';
import { conclude } from '../tcp/state/revise.ts';
import { Change, type Timeline } from '../tcp/state/timeline.ts';
import { vantageOf } from '../tcp/timing/vantage.ts';
import { forget } from '../tcp/verdict/judge.ts';
import type { Memory } from '../tcp/verdict/memory.ts';
import type { Traffic } from '../traffic/traffic.ts';
import type { CaptureQuality } from './capture-quality.ts';
import { connectionFacts } from './connection-facts.ts';
import { ConnectionView, type Naming } from './connection-view.ts';
import type { Connections } from './connections.ts';
import { LoneSyns, PATIENCE_SECONDS } from './lone-syns.ts';
import type { AnalyzerOptions } from './options.ts';
import type { Payload } from './payload.ts';
import { Summaries } from './summaries.ts';
import { UsualHandshakes } from './usual-handshakes.ts';
import type { Vocabularies } from './vocabularies.ts';

const SLOW_HANDSHAKE_MICROS = 100_000;
/** A closing state that lasts longer is worth a look, seconds (facts/notes.ts: CLOSE_LINGERS). */
const LINGERS_SECONDS = 0.1;
const SPREAD_MICROS = 100_000;
/** Less than this is no load under which round trips could grow, bytes. */
const LOAD_BYTES = 65_536;
const SMALL_MSS = 1200;
/** Segments that a sender may send before the first answer (RFC 6928 2). */
const INITIAL_WINDOW = 10;
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
  private readonly change = new Change();

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
    c.notes |= this.lastNotes(c, end.seconds);
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
    const notes = c.notes | this.lastNotes(c, end.seconds);
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

  /** Notes that only the end can take. */
  private lastNotes(c: Connection, endSeconds: number): number {
    const { client, server } = c;
    let notes = 0;
    if (!c.handshakeSeen) notes |= MIDSTREAM;
    if (isOneSided(c)) notes |= ONE_SIDED;
    if (spreads(client) || spreads(server)) notes |= RTT_SPREAD;
    if ((c.notes & RETRANSMITTED) !== 0 && !isWhole(c)) notes |= SPURIOUS | RESENT_BY_TIMER;
    if ((client.fins | server.fins | (c.oddities?.resets.length ?? 0)) === 0) notes |= OPEN;
    if (c.clientHalfMicros + c.serverHalfMicros >= SLOW_HANDSHAKE_MICROS) notes |= HANDSHAKE_SLOW;
    if (c.handshakeSeen && !this.reached(server, ESTABLISHED)) notes |= HANDSHAKE_INCOMPLETE;
    if (this.lingers(client, endSeconds) || this.lingers(server, endSeconds)) notes |= CLOSE_LINGERS;
    if (optionsUneven(client, server)) notes |= OPTIONS_UNEVEN;
    return notes;
  }

  private reached(e: Endpoint, state: number): boolean {
    for (let i = e.change; i >= 0; i = this.timeline.below(i)) {
      if (this.timeline.read(i, this.change).state === state) return true;
    }
    return false;
  }

  /** Some state between the first FIN and the end of waiting lasted. */
  private lingers(e: Endpoint, endSeconds: number): boolean {
    let until = endSeconds + 1;
    for (let i = e.change; i >= 0; i = this.timeline.below(i)) {
      const { state, seconds, nanos } = this.timeline.read(i, this.change);
      const start = seconds + nanos / 1e9;
      if (isClosing(state) && until - start >= LINGERS_SECONDS) return true;
      until = start;
    }
    return false;
  }
}

/**
 * Only one endpoint was seen, and what it sent shows that the other sent something meanwhile: it answers more than it did at
 * first, completes a handshake, or sends more than anybody may without an answer. A packet or two are no proof.
 */
function isOneSided(c: Connection): boolean {
  const { client, server } = c;
  if (client.flow.packets > 0 && server.flow.packets > 0) return false;
  const [seen, unseen] = client.flow.packets > 0 ? [client, server] : [server, client];
  if (unseen.flow.ackSeen === 0) return false;
  return c.handshakeSeen || seqGt(unseen.flow.acked, unseen.flow.isn) || seen.flow.dataSegments > INITIAL_WINDOW;
}

/** The capture holds both directions, and how they began: without that, nobody can tell what retransmissions were. */
function isWhole({ handshakeSeen, client, server }: Connection): boolean {
  return handshakeSeen && client.flow.packets > 0 && server.flow.packets > 0;
}

/** It sent much, and the round trips differ by more than 100 ms. */
function spreads({ flow }: Endpoint): boolean {
  if (flow.bytes < LOAD_BYTES) return false;
  const { samples, min, max } = flow.roundTrips;
  return samples > 0 && max - min > SPREAD_MICROS;
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

function isClosing(state: number): boolean {
  return (
    state === CLOSE_WAIT || state === FIN_WAIT_1 || state === FIN_WAIT_2 || state === CLOSING || state === LAST_ACK
  );
}

/** An option that one SYN offered and the other did not answer, or an MSS that is small or missing. */
function optionsUneven(client: Endpoint, server: Endpoint): boolean {
  const ours = client.flow;
  const theirs = server.flow;
  if ((ours.options & theirs.options & SYN_SEEN) === 0 || ((ours.options | theirs.options) & OPTIONS_CUT) !== 0)
    return false;
  const offered = OFFERED_SACK | OFFERED_SCALE | OFFERED_TIMESTAMPS;
  return ((ours.options ^ theirs.options) & offered) !== 0 || ours.mss < SMALL_MSS || theirs.mss < SMALL_MSS;
}
