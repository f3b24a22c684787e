import { seqDiff } from '../bytes/seq.ts';
import { Frame } from '../capture/frame.ts';
import { createReader } from '../capture/open.ts';
import type { CaptureReader } from '../capture/reader.ts';
import type { CaptureFacts } from '../facts/capture.ts';
import { HANDSHAKE_ODD, ICMP_ERROR as ICMP_NOTE, IDLE, REUSED, STRAY_SYN } from '../facts/notes.ts';
import { SYN_SENT, UNKNOWN } from '../facts/state.ts';
import { Decoder, ICMP_ERROR, NOT_TCP } from '../packet/decoder.ts';
import { ACK, Segment, SYN } from '../packet/segment.ts';
import { Connection, type Endpoint, keep } from '../tcp/connection.ts';
import { Flow } from '../tcp/flow.ts';
import { identify, isOver, NEW, RETRIED, STRAY, STRAY_ACCEPTED } from '../tcp/identity.ts';
import { StateMachine } from '../tcp/state/machine.ts';
import { Timeline } from '../tcp/state/timeline.ts';
import { ConnectionTable, type LoneSyn } from '../tcp/table.ts';
import { judge } from '../tcp/verdict/judge.ts';
import { Judgement, type Revisions } from '../tcp/verdict/judgement.ts';
import { Memory } from '../tcp/verdict/memory.ts';
import { Labels } from '../tcp/wireshark/labels.ts';
import { StreamNumbers } from '../tcp/wireshark/streams.ts';
import { CaptureQuality } from './capture-quality.ts';
import { Ending } from './ending.ts';
import { icmpFacts, refusesAttempt } from './icmp-facts.ts';
import type { AnalyzerOptions, CaptureAnalyzer } from './options.ts';
import { PacketRows } from './packet-rows.ts';
import { StraySyns } from './stray-syns.ts';
import { Vocabularies } from './vocabularies.ts';

/** Silence inside a connection from which on it counts as idle, seconds. */
const IDLE_SECONDS = 10;

/** Sequence numbers this close belong to one stream, bytes: unrelated ones are so with a chance of 1 in 256. */
const NEAR = 1 << 23;

/**
 * The road of one packet, from bytes to facts: **read `step` from top to bottom**. Synchronous and free of I/O; knows
 * neither Node nor the clock. `write` chunks of any size, then `end`.
 */
export class Analyzer implements CaptureAnalyzer {
  private readonly reader: CaptureReader = createReader();
  private readonly frame = new Frame();
  private readonly decoder = new Decoder();
  private readonly table = new ConnectionTable();
  private readonly streams = new StreamNumbers();
  private readonly memory = new Memory();
  private readonly revisions: Revisions;
  private readonly judgement = new Judgement();
  private readonly timeline = new Timeline();
  private readonly machine = new StateMachine(this.timeline);
  private readonly quality: CaptureQuality;
  private readonly ending: Ending;
  private readonly rows: PacketRows | null;
  private readonly vocabularies: Vocabularies | null;
  private readonly labels: Labels | null;
  private readonly straySyns = new StraySyns();
  private readonly lone: LoneSyn = { segment: new Segment(), number: 0, stream: 0, fromLow: false };
  private connections = 0;

  constructor(options: AnalyzerOptions = {}) {
    this.revisions = { revise: (frame, judgement) => this.rows?.revise(frame, judgement) };
    this.rows = options.onPacket === undefined ? null : new PacketRows(options.onPacket);
    this.labels =
      options.labels === true
        ? new Labels({ onRevise: (frame, labels) => this.rows?.reviseLabels(frame, labels) })
        : null;
    this.vocabularies = options.labels === true || options.zeek === true ? new Vocabularies(options) : null;
    this.quality = new CaptureQuality(this.decoder, this.reader.info, options);
    this.ending = new Ending(this.table, this.timeline, this.memory, this.quality, this.vocabularies, options);
  }

  write(chunk: Uint8Array): void {
    this.reader.write(chunk);
    while (this.reader.next(this.frame)) this.step(this.frame);
  }

  end(): CaptureFacts {
    this.reader.end();
    while (this.reader.next(this.frame)) this.step(this.frame);
    for (let entry = 0; entry < this.table.size; entry++) {
      if (this.table.isLoneSyn(entry)) this.promote(entry);
      for (let c = this.table.connection(entry); c !== null; ) {
        const sibling: Connection | null = c.sibling;
        this.ending.finish(c, true);
        c = sibling;
      }
      this.table.clear(entry);
    }
    this.rows?.flush();
    return this.quality.facts(this.connections, this.ending.traffic);
  }

  /** One packet: frame -> segment -> connection -> verdict -> states -> facts. */
  private step(frame: Frame): void {
    this.quality.frame(frame);
    const kind = this.decoder.decode(frame);
    if (kind === NOT_TCP) return;
    if (kind === ICMP_ERROR) {
      this.icmpError();
      return;
    }

    const s = this.decoder.segment;
    this.quality.segment();
    const entry = this.table.find(s);
    const fromLow = this.table.fromLow;
    const stream = this.streams.of(entry, s, fromLow);
    const c = this.connectionOf(entry, s, fromLow, stream);
    if (c !== null) this.follow(c, s, fromLow, stream);
    if (this.ending.isDue(s.seconds)) this.ending.expire(s.seconds);
  }

  /** A segment of a known connection: what it is, what it does to both ends, who wants to hear of it. */
  private follow(c: Connection, s: Segment, fromLow: boolean, stream: number): void {
    const fromClient = fromLow === c.clientIsLow;
    const sender = fromClient ? c.client : c.server;
    const receiver = fromClient ? c.server : c.client;
    if (s.seconds - c.lastSeconds >= IDLE_SECONDS && c.lastFrame !== 0) c.notes |= IDLE;
    c.lastFrame = s.frame;
    c.lastSeconds = s.seconds;
    c.lastNanos = s.nanos;
    if (stream !== c.stream) this.noteStream(c, stream);

    const judgement = this.judgement;
    judgement.clear();
    judge(c, sender, receiver, s, judgement, this.memory, this.revisions);
    if (judgement.kind !== 0) this.quality.verdict(judgement, s);
    this.machine.advance(c, fromClient, s, judgement);
    if (c.previous !== null && (s.flags & (SYN | ACK)) === (SYN | ACK)) this.endPrevious(c, s);

    const labels = this.labels === null ? 0 : this.labels.label(stream, s, fromLow, this.streams.reused);
    this.vocabularies?.step(c, s, fromClient, stream, this.streams.reused);
    this.rows?.add(c, s, fromClient, stream, judgement, this.labels === null ? null : labels);
    if (!c.steady && isOver(c)) this.ending.noteOver(c);
  }

  /** The connection that a segment belongs to: the one alive on its 4-tuple, or a new one. Null for a lone SYN put by. */
  private connectionOf(entry: number, s: Segment, fromLow: boolean, stream: number): Connection | null {
    let c = this.table.connection(entry);
    if (c === null) {
      if (!this.table.isLoneSyn(entry)) return this.begin(entry, s, fromLow, stream);
      c = this.promote(entry);
    }
    const fromClient = fromLow === c.clientIsLow;
    if (s.tunnel !== (fromClient ? c.clientTunnel : c.serverTunnel) || c.sibling !== null) {
      c = this.inTunnel(c, entry, s, fromLow, stream);
    }
    if ((s.flags & SYN) === 0) {
      if ((c.notes & STRAY_SYN) !== 0) this.straySyns.challenged(c, fromClient, s);
      return c;
    }
    const identity = identify(c, fromClient, s);
    if (identity === NEW) return this.reincarnate(c, entry, s, fromLow, stream);
    if (identity === STRAY_ACCEPTED) return this.acceptStray(c, entry, stream);
    if (identity === STRAY) this.straySyns.add(c, fromClient, s);
    if (identity === RETRIED) retried(c, fromClient ? c.client : c.server, s);
    return c;
  }

  /** A 4-tuple without a connection gets one. A plain first SYN is only put by: most of a flood stays so. */
  private begin(entry: number, s: Segment, fromLow: boolean, stream: number): Connection | null {
    const number = this.connections++;
    if (this.rows === null && this.vocabularies === null && this.table.putLoneSyn(entry, s, number, stream)) {
      return null;
    }
    return this.create(number, entry, s, fromLow, stream);
  }

  private create(number: number, entry: number, s: Segment, fromLow: boolean, stream: number): Connection {
    const syn = (s.flags & SYN) !== 0;
    const fromClient = syn ? (s.flags & ACK) === 0 : s.srcPort > s.dstPort || (s.srcPort === s.dstPort && fromLow);
    const c = new Connection(number, entry, fromLow === fromClient, s.ipVersion);
    c.firstFrame = s.frame;
    c.startSeconds = s.seconds;
    c.startNanos = s.nanos;
    c.stream = stream;
    c.handshakeSeen = syn;
    c.clientTunnel = s.tunnel;
    c.serverTunnel = s.tunnel;
    if (!syn) {
      c.client.state = UNKNOWN;
      c.server.state = UNKNOWN;
    }
    this.table.put(entry, c);
    return c;
  }

  /** A lone SYN becomes a connection, as if it had been one from the start. */
  private promote(entry: number): Connection {
    const lone = this.lone;
    this.table.readLoneSyn(entry, lone);
    const c = this.create(lone.number, entry, lone.segment, lone.fromLow, lone.stream);
    this.follow(c, lone.segment, lone.fromLow, lone.stream);
    return c;
  }

  /** Port reuse: the incarnation before ends, at the latest when the new SYN is accepted. */
  private reincarnate(old: Connection, entry: number, s: Segment, fromLow: boolean, stream: number): Connection {
    if (old.previous !== null) this.finishPrevious(old);
    const c = this.create(this.connections++, entry, s, fromLow, stream);
    c.sibling = old.sibling;
    old.sibling = null;
    c.previous = old;
    this.ending.noteReuse(c, old);
    if (old.expires === 0) this.finishPrevious(c);
    return c;
  }

  private endPrevious(c: Connection, s: Segment): void {
    const old = c.previous!;
    this.machine.endTimeWait(old, s);
    this.finishPrevious(c);
  }

  private finishPrevious(c: Connection): void {
    const old = c.previous!;
    c.previous = null;
    if (old.previous !== null) this.finishPrevious(old);
    this.ending.finish(old, false);
  }

  /** A SYN-ACK answers a SYN that had seemed to stray into a live connection: that one began a new one. */
  private acceptStray(old: Connection, entry: number, stream: number): Connection {
    const stray = this.straySyns.take(old)!;
    const fromLow = stray.fromClient === old.clientIsLow;
    const c = this.reincarnate(old, entry, stray.segment, fromLow, stream);
    c.notes |= REUSED;
    this.follow(c, stray.segment, fromLow, stream);
    return c;
  }

  /** Equal 4-tuples in different tunnels are different connections only when their sequence numbers say so. */
  private inTunnel(first: Connection, entry: number, s: Segment, fromLow: boolean, stream: number): Connection {
    let fits: Connection | null = null;
    for (let c: Connection | null = first; c !== null; c = c.sibling) {
      const fromClient = fromLow === c.clientIsLow;
      const sender = fromClient ? c.client : c.server;
      const tunnel = fromClient ? c.clientTunnel : c.serverTunnel;
      if (sender.flow.started === 0 && fits === null && answers(s, fromClient ? c.server : c.client)) {
        if (fromClient) c.clientTunnel = s.tunnel;
        else c.serverTunnel = s.tunnel;
        return c;
      }
      if (tunnel === s.tunnel) return c;
      if (fits === null && continues(s, sender)) fits = c;
    }
    if (fits !== null) return fits;
    const c = this.create(this.connections++, entry, s, fromLow, stream);
    c.sibling = first;
    return c;
  }

  /** An ICMP error belongs to the connection that it quotes; where that is unknown it only counts for the streams. */
  private icmpError(): void {
    const icmp = this.decoder.icmp;
    const entry = this.table.find(icmp.quoted);
    const fromLow = this.table.fromLow;
    if (icmp.quotesWholeHeader) this.streams.step(entry, icmp.quoted, fromLow);
    const c = this.table.isLoneSyn(entry) ? this.promote(entry) : this.table.connection(entry);
    if (c === null) return;
    const fact = icmpFacts(icmp, fromLow === c.clientIsLow ? 'client' : 'server');
    const odd = c.odd();
    keep(odd.icmpErrors, fact);
    c.notes |= ICMP_NOTE;
    if (refusesAttempt(icmp) && c.client.state === SYN_SENT) {
      odd.refused ??= { by: 'icmp', frame: fact.frame, time: fact.time };
    }
  }

  private noteStream(c: Connection, stream: number): void {
    const odd = c.odd();
    odd.streams ??= [c.stream];
    if (!odd.streams.includes(stream)) odd.streams.push(stream);
    c.stream = stream;
  }
}

/** Whether a segment answers what `e` sent last: its acknowledgment lies in that flow. */
function answers(s: Segment, e: Endpoint): boolean {
  const { flow } = e;
  return (s.flags & ACK) !== 0 && flow.started !== 0 && Math.abs(seqDiff(s.ack, flow.next)) < NEAR;
}

/** Whether a segment goes on where `e` stopped, or near it. */
function continues(s: Segment, e: Endpoint): boolean {
  return e.flow.started !== 0 && Math.abs(seqDiff(s.seq, e.flow.next)) < NEAR;
}

/** The client starts over with another initial sequence number: what it sent before is not part of the stream. */
function retried(c: Connection, e: Endpoint, s: Segment): void {
  c.odd().isnChanged ??= { frame: s.frame, time: { seconds: s.seconds, nanos: s.nanos } };
  c.notes |= HANDSHAKE_ODD;
  e.flow = new Flow();
  e.syns = 0;
}
