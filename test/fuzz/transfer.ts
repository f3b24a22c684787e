import { type Packet, tcpPacket } from './packet.ts';
import type { Random } from './random.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;
const ECE = 0x40;
const CWR = 0x80;

/** Seconds. */
const ROUND_TRIPS = [0.0001, 0.002, 0.03, 0.3];
const LOSSES = [0, 0, 30, 10, 4];
const UNITS = [7, 60, 200, 200, 1448];
const LONGEST = 2000;

/** What one end sends, and what the other makes of it: offsets count from the SYN. */
interface Way {
  readonly isn: number;
  /** Of the sender: to be sent next, to be acknowledged next, left to be sent. */
  next: number;
  una: number;
  left: number;
  congestion: number;
  repeatedAcks: number;
  timeout: number;
  timer: number;
  marked: boolean;
  /** Of the receiver: expected next, what waits behind a gap, and room. */
  expected: number;
  waiting: [start: number, end: number][];
  room: number;
  told: number;
  owed: number;
  echo: boolean;
}

/**
 * A connection as two hosts would have it over a path that loses, holds back, doubles and marks: slow start, SACK,
 * repeated ACKs, timeouts, closed windows and probes, delayed ACKs, keep-alives, one end or the other that closes. About
 * `most` packets, as somewhere on the way a tap saw them.
 */
export function transfer(random: Random, most: number): Packet[] {
  return new Transfer(random, most).run();
}

class Transfer {
  private readonly random: Random;
  private readonly most: number;
  private readonly packets: { readonly at: number; readonly packet: Packet }[] = [];
  private readonly queue: { readonly at: number; readonly act: () => void }[] = [];
  private now = 0;
  private readonly ways: readonly [Way, Way];
  private readonly roundTrip: number;
  /** How far along the way from the client the tap is. */
  private readonly tap: number;
  private readonly loss: number;
  private readonly unit: number;
  private readonly kept: number;
  private readonly options: number;
  private readonly scale: number;
  private readonly capacity: number;
  private readonly drain: number;
  private readonly version: 4 | 6;
  private readonly port: number;
  private readonly ipIds = [0, 0x8000];
  private readonly doubled: number;

  constructor(random: Random, most: number) {
    this.random = random;
    this.most = most;
    this.roundTrip = random.pick(ROUND_TRIPS);
    this.tap = random.pick([0, 0, 0.5, 1]);
    this.loss = random.pick(LOSSES);
    this.unit = random.pick(UNITS);
    this.kept = this.unit === 1448 && !random.oneIn(10) ? 16 : this.unit;
    this.options = random.below(16);
    this.scale = random.pick([0, 2, 7]);
    this.capacity = this.unit * random.pick([2, 4, 30, 30]);
    this.drain = random.pick([0, 0, 0.02, 0.4, 7]);
    this.version = random.oneIn(3) ? 6 : 4;
    this.port = 50_000 + random.below(8);
    this.doubled = random.pick([0, 0, 0, 5]);
    this.ways = [this.way(), this.way()];
    const [one, other] = random.oneIn(2) ? this.ways : [this.ways[1], this.ways[0]];
    one.left = this.unit * random.below(most);
    other.left = random.oneIn(3) ? this.unit * random.below(6) + random.below(this.unit) : 0;
  }

  private way(): Way {
    const isn = this.random.oneIn(2) ? -this.random.below(3000) | 0 : this.random.int32();
    const sending = { next: 1, una: 1, left: 0, congestion: 4, repeatedAcks: 0, timeout: 0.3, timer: 0, marked: false };
    const room = this.capacity;
    return { isn, ...sending, expected: 1, waiting: [], room, told: room, owed: 0, echo: false };
  }

  run(): Packet[] {
    const { random } = this;
    if (!random.oneIn(5)) this.handshake();
    else this.now = 0.1;
    this.pump(0);
    this.pump(1);
    while (this.queue.length > 0 && this.packets.length < this.most && this.now < LONGEST) {
      const first = this.queue.reduce((least, { at }, i) => (at < this.queue[least]!.at ? i : least), 0);
      const [{ at, act }] = this.queue.splice(first, 1) as [{ at: number; act: () => void }];
      this.now = at;
      act();
    }
    this.close();
    if (!random.oneIn(20)) this.packets.sort((a, b) => a.at - b.at);
    return this.packets.map(({ packet }) => packet);
  }

  private handshake(): void {
    this.see(0, SYN, 0, 0, 0);
    if (this.random.oneIn(8)) {
      this.now += 1;
      this.see(0, SYN, 0, 0, 0);
    }
    this.now += this.roundTrip / 2;
    this.see(1, SYN | ACK, 0, 1, 0);
    this.now += this.roundTrip / 2;
    this.see(0, ACK, 1, 1, 0);
  }

  private later(seconds: number, act: () => void): void {
    this.queue.push({ at: this.now + seconds, act });
  }

  private flight({ next, una }: Way): number {
    return next - una;
  }

  /** Sends what both windows allow. */
  private pump(from: 0 | 1): void {
    const way = this.ways[from];
    while (way.left > 0) {
      const small = this.random.oneIn(12) ? 1 + this.random.below(this.unit) : this.unit;
      const length = Math.min(small, way.left, way.told - this.flight(way));
      if (length <= 0 || this.flight(way) >= way.congestion * this.unit) break;
      this.segment(from, way.next, length);
      way.next += length;
      way.left -= length;
    }
    if (way.left > 0 && way.told <= 0 && this.flight(way) === 0) this.probe(from, 0.2);
    if (this.flight(way) > 0) this.arm(from);
  }

  private arm(from: 0 | 1): void {
    const way = this.ways[from];
    const timer = ++way.timer;
    this.later(way.timeout, () => {
      if (timer !== way.timer || this.flight(way) === 0) return;
      way.timeout = Math.min(way.timeout * 2, 60);
      way.congestion = 1;
      this.segment(from, way.una, Math.min(this.unit, this.flight(way)));
      this.arm(from);
    });
  }

  /** As long as the window is closed: with a byte that is new, or with an old number and none. */
  private probe(from: 0 | 1, wait: number): void {
    const way = this.ways[from];
    const withByte = this.random.oneIn(2);
    this.later(wait, () => {
      if (way.told > 0 || way.left === 0) return;
      if (withByte) this.segment(from, way.next, 1);
      else this.see(from, ACK, way.una - 1, this.ways[1 - from]!.expected, 0, () => this.acknowledge(from));
      this.probe(from, Math.min(wait * 2, 60));
    });
  }

  private segment(from: 0 | 1, offset: number, length: number): void {
    const way = this.ways[from];
    const flags = ACK | (this.random.oneIn(3) ? PSH : 0) | (way.marked ? CWR : 0);
    way.marked = false;
    this.see(from, flags, offset, this.ways[1 - from]!.expected, length, () => this.arrive(from, offset, length));
  }

  private arrive(from: 0 | 1, offset: number, length: number): void {
    const way = this.ways[from];
    const end = offset + length;
    if (this.random.oneIn(40)) way.echo = true;
    if (end - way.expected > way.room || end <= way.expected) {
      this.acknowledge(from, [offset, end]);
      return;
    }
    const wasComplete = way.waiting.length === 0;
    way.waiting.push([offset, end]);
    way.waiting.sort((a, b) => a[0] - b[0]);
    const before = way.expected;
    while (way.waiting.length > 0 && way.waiting[0]![0] <= way.expected) {
      way.expected = Math.max(way.expected, way.waiting.shift()![1]);
    }
    const read = way.expected - before;
    way.room -= this.drain === 0 ? 0 : read;
    if (this.drain > 0) this.later(this.drain, () => this.readOut(from, read));
    if (!wasComplete || way.waiting.length > 0 || ++way.owed >= 2) this.acknowledge(from);
    else {
      const owed = way.expected;
      this.later(this.random.pick([0.04, 0.2]), () => {
        if (way.owed > 0 && way.expected === owed) this.acknowledge(from);
      });
    }
  }

  /** The program reads; where the window was closed, that is told. */
  private readOut(from: 0 | 1, bytes: number): void {
    const way = this.ways[from];
    const wasClosed = way.room < this.unit;
    way.room = Math.min(this.capacity, way.room + bytes);
    if (wasClosed) this.acknowledge(from);
  }

  /** The receiver of `from` says what it has; `again`: what it had before. */
  private acknowledge(from: 0 | 1, again: readonly [number, number] | null = null): void {
    const way = this.ways[from];
    way.owed = 0;
    const { expected } = way;
    const room = Math.max(0, way.room);
    const blocks = [...(again === null ? [] : [again]), ...way.waiting].slice(0, 3);
    const flags = ACK | (way.echo ? ECE : 0);
    const back = (1 - from) as 0 | 1;
    this.see(back, flags, this.ways[back].next, expected, 0, () => this.hear(from, expected, room), { room, blocks });
  }

  private hear(from: 0 | 1, acknowledged: number, room: number): void {
    const way = this.ways[from];
    way.told = room;
    if (way.echo && this.random.oneIn(2)) {
      way.echo = false;
      way.marked = true;
    }
    if (acknowledged > way.una) {
      way.una = Math.min(acknowledged, way.next);
      way.congestion = Math.min(way.congestion + 1, 24);
      way.timeout = 0.3;
      way.repeatedAcks = 0;
    } else if (this.flight(way) > 0 && ++way.repeatedAcks === 3) {
      way.congestion = Math.max(2, way.congestion >> 1);
      this.segment(from, way.una, Math.min(this.unit, this.flight(way)));
    }
    this.pump(from);
  }

  private close(): void {
    const { random } = this;
    const from = random.below(2) as 0 | 1;
    const [own, peer] = [this.ways[from], this.ways[1 - from]!];
    this.now += random.pick([0, 0.001, 0.4, 20, 400]);
    switch (random.below(6)) {
      case 0:
        this.see(from, RST | (random.oneIn(2) ? ACK : 0), own.next, peer.next, 0);
        return;
      case 1:
        for (let i = random.below(6); i > 0; i--) {
          this.now += 30;
          this.see(from, ACK, own.next - 1, peer.next, random.below(2));
          if (random.oneIn(2)) this.see((1 - from) as 0 | 1, ACK, peer.next, own.next, 0);
        }
        return;
      case 2:
        return;
      default:
        this.see(from, FIN | ACK, own.next, peer.next, 0);
        this.now += this.roundTrip;
        if (random.oneIn(4)) return;
        this.see((1 - from) as 0 | 1, (random.oneIn(3) ? 0 : FIN) | ACK, peer.next, own.next + 1, 0);
        this.now += this.roundTrip;
        this.see(from, ACK, own.next + 1, peer.next + 1, 0);
    }
  }

  /** On its way: past the tap or lost before it, delivered or lost behind it. */
  private see(
    from: 0 | 1,
    flags: number,
    offset: number,
    acknowledged: number,
    length: number,
    deliver: () => void = () => {},
    { room, blocks }: { room?: number; blocks?: readonly (readonly [number, number])[] } = {},
  ): void {
    const { random, now, roundTrip } = this;
    const isLost = this.loss > 0 && random.oneIn(this.loss);
    const passesTap = !isLost || !random.oneIn(3);
    const heldBack = random.oneIn(30) ? random.pick([roundTrip, 0.005, 0.05]) : 0;
    const toTap = (roundTrip / 2) * (from === 0 ? this.tap : 1 - this.tap) + (random.oneIn(2) ? heldBack : 0);
    if (passesTap) {
      const packet = this.packet(from, flags, offset, acknowledged, length, now + toTap, room, blocks ?? []);
      this.packets.push({ at: now + toTap, packet });
      if (this.doubled > 0 && random.oneIn(this.doubled)) {
        this.packets.push({ at: now + toTap + 1e-6, packet: { ...packet } });
      }
    }
    if (!isLost) this.later(roundTrip / 2 + heldBack, deliver);
  }

  private packet(
    from: 0 | 1,
    flags: number,
    offset: number,
    acknowledged: number,
    length: number,
    at: number,
    room: number | undefined,
    blocks: readonly (readonly [number, number])[],
  ): Packet {
    const { random } = this;
    const [own, peer] = [this.ways[from], this.ways[1 - from]!];
    const window = room ?? Math.max(0, peer.room);
    const isSyn = (flags & SYN) !== 0;
    this.ipIds[from]! += 1;
    const seconds = Math.floor(at);
    return tcpPacket(
      {
        version: this.version,
        from: 21 + from,
        to: 22 - from,
        fromPort: from === 0 ? this.port : 443,
        toPort: from === 0 ? 443 : this.port,
        seq: (own.isn + offset) | 0,
        ack: (flags & ACK) !== 0 ? (peer.isn + acknowledged) | 0 : 0,
        flags: isSyn && this.options & 1 ? flags | ECE | (from === 0 ? CWR : 0) : flags,
        window: isSyn || !(this.options & 2) ? Math.min(window, 0xffff) : window >>> this.scale,
        urgent: 0,
        ttl: 64 - from * 7,
        ipId: this.ipIds[from]! & 0xffff,
        ecn: this.options & 1 && length > 0 ? (random.oneIn(20) ? 3 : 2) : 0,
        options: this.optionBytes(isSyn, at, own, peer, blocks),
        payload: this.payload(offset, Math.min(length, this.kept)),
        length,
        goodChecksum: true,
      },
      1_700_000_000 + seconds,
      Math.min(999_999_999, Math.round((at - seconds) * 1e9)),
    );
  }

  private optionBytes(
    isSyn: boolean,
    at: number,
    own: Way,
    peer: Way,
    blocks: readonly (readonly [number, number])[],
  ): Uint8Array {
    const bytes: number[] = [];
    const word = (value: number): void => {
      bytes.push((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
    };
    if (isSyn) {
      bytes.push(2, 4, this.unit >> 8, this.unit & 255);
      if (this.options & 2) bytes.push(1, 3, 3, this.scale);
      if (this.options & 4) bytes.push(1, 1, 4, 2);
    }
    if (this.options & 8) {
      bytes.push(1, 1, 8, 10);
      word(Math.floor(at * 1000) + (own.isn & 0xffff));
      word(Math.floor((at - this.roundTrip / 2) * 1000) + (peer.isn & 0xffff));
    }
    if (this.options & 4 && blocks.length > 0) {
      const some = blocks.slice(0, this.options & 8 ? 2 : 3);
      bytes.push(1, 1, 5, 2 + 8 * some.length);
      for (const [left, right] of some) {
        word(peer.isn + left);
        word(peer.isn + right);
      }
    }
    return Uint8Array.from(bytes);
  }

  /** Of an offset it is always the same; but for one in a while. */
  private payload(offset: number, length: number): Uint8Array {
    const wrong = this.random.oneIn(60) ? 1 : 0;
    return Uint8Array.from({ length }, (_, i) => 32 + ((offset + i) % 90) + wrong);
  }
}
