import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import type { Moment } from '../facts/moment.ts';
import { ICMP_ERROR as ICMP_NOTE, REFUSED } from '../facts/notes.ts';
import { SYN_SENT } from '../facts/state.ts';
import { CHECKSUM_OK } from '../packet/checksum.ts';
import { ICMP_ERROR, NOT_TCP } from '../packet/decoder.ts';
import type { IcmpError } from '../packet/icmp-error.ts';
import { ACK, type Segment, SYN } from '../packet/segment.ts';
import { type Connection, keep } from '../tcp/connection.ts';
import { isOver } from '../tcp/identity.ts';
import { notice } from '../tcp/oddities/notice.ts';
import { Services } from '../tcp/oddities/responses.ts';
import { breakSilence, IDLE_SECONDS } from '../tcp/oddities/silences.ts';
import { StateMachine } from '../tcp/state/machine.ts';
import { Timeline } from '../tcp/state/timeline.ts';
import { judge } from '../tcp/verdict/judge.ts';
import { Judgement } from '../tcp/verdict/judgement.ts';
import { Memory } from '../tcp/verdict/memory.ts';
import { CaptureQuality } from './capture-quality.ts';
import { Connections, type Host } from './connections.ts';
import { copyOf } from './copy.ts';
import { Ending } from './ending.ts';
import { endsAttempt, icmpFacts, refusesAttempt } from './icmp-facts.ts';
import { MemoryLimit } from './memory-limit.ts';
import type { AnalyzerOptions, CaptureAnalyzer, SegmentWatch } from './options.ts';
import { PacketRows } from './packet-rows.ts';
import { Payload } from './payload.ts';
import { CaptureReceiver, type Receiver } from './receiving/receiver.ts';
import { Vocabularies } from './vocabularies.ts';

/**
 * The road of one packet, from bytes to facts: **read `step` from top to bottom**, and descend once per line.
 * Synchronous and free of I/O; knows neither Node nor the clock. `write` chunks of any size, then `end`.
 *
 * Its first half, from bytes to segments, is the `receiver`: of a capture's own bytes, or of what another thread has made
 * of them (receiving/relayed.ts).
 */
export class Analyzer implements CaptureAnalyzer, Host {
  private readonly receiver: Receiver;
  private readonly connections: Connections;
  protected readonly memory = new Memory();
  protected readonly judgement = new Judgement();
  protected readonly timeline = new Timeline();
  private readonly machine = new StateMachine(this.timeline);
  private readonly services = new Services();
  protected readonly quality: CaptureQuality;
  private readonly ending: Ending;
  /** What somebody asked for: a row per segment, other tools' words for a connection. */
  private readonly rows: PacketRows | null;
  private readonly vocabularies: Vocabularies | null;
  private readonly watch: SegmentWatch | null;
  private readonly onComment: AnalyzerOptions['onComment'];
  private readonly payload: Payload | null;
  private readonly memoryLimit: MemoryLimit;
  private readonly revise = {
    revise: (frame: number, j: Judgement) => {
      this.quality.revise(frame, j);
      this.rows?.revise(frame, j);
      this.watch?.revise(frame, j);
    },
  };

  constructor(options: AnalyzerOptions = {}, receiver: Receiver = new CaptureReceiver(options)) {
    this.receiver = receiver;
    this.rows = options.onPacket === undefined ? null : new PacketRows(options.onPacket);
    const wordsWanted = options.labels === true || options.zeek === true || options.metrics === true;
    this.vocabularies = wordsWanted ? new Vocabularies(options, this.rows) : null;
    this.watch = options.watch ?? null;
    this.onComment = options.onComment;
    const putsBy = this.rows === null && this.watch === null && !wordsWanted && options.payload === undefined;
    this.connections = new Connections(this, this.memory, this.services, putsBy);
    this.quality = new CaptureQuality(receiver, options);
    this.payload = options.payload === undefined ? null : new Payload(options.payload, this.connections.table);
    const { vocabularies, payload } = this;
    const { nameOf = null } = options;
    const naming = nameOf && ((address: string, port: number) => nameOf(address, port, this.names.get(address)));
    this.ending = new Ending(
      this.connections,
      this.timeline,
      this.memory,
      this.quality,
      vocabularies,
      payload,
      options,
      naming,
    );
    const pools = [this.memory.sent, this.memory.acks];
    this.memoryLimit = new MemoryLimit(options.maxMemory, this.connections, this.ending, pools);
  }

  write(chunk: Uint8Array): void {
    this.receiver.write(chunk);
    this.readOn();
  }

  end(): CaptureFacts {
    this.receiver.end();
    this.readOn();
    for (const comment of this.receiver.info.comments) this.onComment?.(comment, null);
    this.ending.finishAll();
    this.rows?.flush();
    return { ...this.quality.facts(this.connections), ...this.memoryLimit.facts(this.quality.traffic.leftOut) };
  }

  /**
   * What is to be said so far: `tell` of the connections in memory, and the capture, as if it ended now. Changes nothing:
   * the analysis goes on as if nobody had asked.
   */
  snapshot(tell: (facts: ConnectionFacts) => void): CaptureFacts {
    const traffic = copyOf(this.quality.traffic);
    this.ending.snapshot(tell, traffic);
    return { ...this.quality.facts(this.connections, traffic), ...this.memoryLimit.facts(traffic.leftOut) };
  }

  /** As many packets have been read as were to be. */
  get full(): boolean {
    return this.receiver.full;
  }

  /** Time of the capture's first record, null while there is none. */
  get start(): Moment | null {
    return this.receiver.times.begun ? this.quality.start : null;
  }

  /** The capture's latest time so far. */
  get latest(): Moment {
    return this.quality.end;
  }

  /** Tells the rows that wait for evidence that might still change them: somebody is watching. */
  tellRows(): void {
    this.rows?.flush();
  }

  /** Names that the capture itself holds so far (pcapng name resolution), by address. */
  get names(): ReadonlyMap<string, string> {
    return this.receiver.info.names;
  }

  private readOn(): void {
    const { receiver } = this;
    while (receiver.next()) this.step(receiver);
  }

  /** One packet: bytes -> frame -> segment (receiving/receiver.ts) -> connection -> `follow`. */
  protected step({ kind, segment: s, worth, comments }: Receiver): void {
    if (comments !== null) for (const comment of comments) this.onComment?.(comment, s.frame);
    if (this.ending.isDue(s.seconds)) this.ending.expire(s.seconds);
    this.memoryLimit.look(s.frame);
    if (kind === NOT_TCP) return;
    if (kind === ICMP_ERROR) {
      this.icmpError(this.receiver.icmp);
      return;
    }
    if (worth <= CHECKSUM_OK && this.connections.pass(s)) return;
    const c = this.connections.of(s);
    const { fromLow } = this.connections;
    const number = c === null ? this.connections.begun - 1 : c.number;
    this.quality.headers.check(s, c, number, c === null || fromLow === c.clientIsLow, worth);
    if (c === null) return;
    this.follow(c, s, fromLow, this.connections.stream);
    this.connections.rest(c, s);
  }

  /** A segment of a known connection: verdict -> states -> who wants to hear of it. */
  follow(c: Connection, s: Segment, fromLow: boolean, stream: number): void {
    const fromClient = fromLow === c.clientIsLow;
    if (stream !== c.stream) noteStream(c, stream);
    this.observe(c, s, fromClient);

    if (this.vocabularies !== null) {
      this.vocabularies.step(c, s, this.judgement, fromClient, fromLow, stream, this.connections.streams.reused);
    }
    if (this.rows !== null) this.rows.add(c, s, fromClient, stream, this.judgement, this.vocabularies?.labels ?? null);
    if (this.watch !== null) this.watch.add(c, s, fromClient, this.judgement);
    if (this.payload !== null) this.payload.step(c, s, this.judgement, fromClient);
    if (!c.steady && isOver(c)) this.ending.noteOver(c);
  }

  /** Told already to whoever wants to hear of it, as a segment of another connection. */
  replay(c: Connection, s: Segment, fromLow: boolean): void {
    this.observe(c, s, fromLow === c.clientIsLow);
    this.rows?.reassign(s, c);
    this.watch?.reassign(s, c);
  }

  protected observe(c: Connection, s: Segment, fromClient: boolean): void {
    const sender = fromClient ? c.client : c.server;
    const receiver = fromClient ? c.server : c.client;
    if (s.seconds - c.lastSeconds >= IDLE_SECONDS && c.lastFrame !== 0) breakSilence(c, fromClient, s);
    c.lastFrame = s.frame;
    c.lastSeconds = s.seconds;
    c.lastNanos = s.nanos;
    const { judgement } = this;
    judge(c, sender, receiver, s, judgement, this.memory, this.revise);
    if (judgement.kind !== 0) this.quality.verdict(judgement, s, c);
    this.machine.advance(c, fromClient, s, judgement);
    notice(c, fromClient, s, judgement, this.services);
    if (c.previous !== null && (s.flags & (SYN | ACK)) === (SYN | ACK)) this.endPrevious(c, c.previous, s);
  }

  /** A SYN-ACK: the new incarnation is accepted, and the TIME_WAIT of the one before has ended with that. */
  private endPrevious(c: Connection, old: Connection, s: Segment): void {
    this.machine.endTimeWait(old, s);
    this.connections.finishPrevious(c);
  }

  succeeded(c: Connection, old: Connection): void {
    this.ending.noteReuse(c, old);
  }

  finished(c: Connection): void {
    this.ending.finish(c);
  }

  hasLeft(c: Connection, seconds: number): boolean {
    return this.ending.hasLeft(c, seconds);
  }

  revived(c: Connection, clientWaits: boolean, serverWaits: boolean): void {
    this.machine.revive(c, clientWaits, serverWaits);
  }

  get timeWaitSeconds(): number {
    return this.quality.timeWaitSeconds;
  }

  /** An ICMP error is a fact of the connection that it quotes. */
  private icmpError(icmp: IcmpError): void {
    const { quoted, quotesWholeHeader } = icmp;
    const c = this.connections.ofQuoted(quoted, quotesWholeHeader);
    if (quotesWholeHeader && this.vocabularies !== null) {
      const { fromLow, stream, streams } = this.connections;
      this.vocabularies.quote(quoted, fromLow, stream, streams.reused);
    }
    if (c === null) return;
    const fact = icmpFacts(icmp, this.connections.fromLow === c.clientIsLow ? 'client' : 'server');
    const odd = c.odd();
    keep(odd.icmpErrors, fact);
    c.notes |= ICMP_NOTE;
    if (c.client.state !== SYN_SENT || !endsAttempt(icmp)) return;
    if (refusesAttempt(icmp)) {
      odd.refused ??= { by: 'icmp', frame: fact.frame, time: fact.time };
      c.notes |= REFUSED;
    }
    this.machine.refuse(c, icmp.seconds, icmp.nanos, icmp.frame);
  }
}

/** Wireshark has begun another stream within this connection. */
function noteStream(c: Connection, stream: number): void {
  const odd = c.odd();
  odd.streams ??= [c.stream];
  if (!odd.streams.includes(stream)) odd.streams.push(stream);
  c.stream = stream;
}
