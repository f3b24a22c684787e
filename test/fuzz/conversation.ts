import { type Packet, tcpPacket } from './packet.ts';
import type { Random } from './random.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;

/** What hosts usually do, and what they should not. */
const FLAGS = [
  ACK,
  ACK,
  ACK,
  PSH | ACK,
  SYN,
  SYN | ACK,
  FIN | ACK,
  FIN,
  RST,
  RST | ACK,
  0,
  SYN | FIN,
  SYN | RST,
  FIN | PSH | 0x20,
  ACK | 0x20,
  ACK | 0x40,
  ACK | 0x80,
  SYN | 0xc0,
  SYN | ACK | 0x40,
  0x1ff,
] as const;
const LENGTHS = [0, 0, 0, 1, 2, 100, 536, 1448, 1460, 5000, 65_000] as const;
const DELTAS = [0, 0, 0, 1, -1, 2, -2, 100, -100, 536, -536, 1460, -1460, 65_535, -65_535, 0x7fffffff, -0x80000000];
/** Nanoseconds. */
const PAUSES = [
  0, 1, 1000, 20_000, 1e6, 5e6, 40e6, 200e6, 1e9, 3e9, 11e9, 61e9, 250e9, 4000e9, -1000, -5e9, -100e9, 4e16,
];
const ORDINARY = [1000, 20_000, 1e6, 5e6, 40e6, 200e6];
const TTLS = [64, 63, 128, 255, 1];
const NOTHING = new Uint8Array(0);

class End {
  next: number;
  ipId: number;
  clock: number;
  readonly address: number;
  readonly port: number;
  readonly ttl: number;

  constructor(random: Random, address: number, port: number) {
    // Near the wrap as often as not.
    this.next = random.oneIn(2) ? -random.below(3000) | 0 : random.int32();
    this.ipId = random.below(0x10000);
    this.clock = random.int32();
    this.address = address;
    this.port = port;
    this.ttl = random.pick(TTLS);
  }
}

class Talk {
  readonly version: 4 | 6;
  readonly ends: readonly [End, End];
  readonly options: number;
  step = 0;

  constructor(random: Random, which: number) {
    this.version = random.oneIn(3) ? 6 : 4;
    const ports = random.oneIn(8) ? [7, 7] : [40_000 + which, random.pick([80, 443, 1080, 9])];
    this.ends = [new End(random, 1 + random.below(2), ports[0]!), new End(random, 3, ports[1]!)];
    this.options = random.below(16);
  }
}

/** Segments of a few connections: most go on as TCP would, some do anything; near the numbers that are in use. */
export function conversation(random: Random, most: number): Packet[] {
  const talks = Array.from({ length: random.oneIn(3) ? 1 + random.below(3) : 1 }, (_, i) => new Talk(random, i));
  const packets: Packet[] = [];
  const wildness = random.pick([3, 5, 10, 30]);
  let seconds = 1_700_000_000;
  let nanos = 0;
  const count = 1 + random.below(most);
  while (packets.length < count) {
    nanos += random.pick(random.oneIn(wildness) ? PAUSES : ORDINARY);
    seconds += Math.floor(nanos / 1e9);
    nanos -= Math.floor(nanos / 1e9) * 1e9;
    seconds = Math.min(Math.max(seconds, 0), 0xffffffff);
    const talk = random.pick(talks);
    const before = packets.length > 0 && random.oneIn(6) ? packets[random.below(packets.length)]! : null;
    packets.push(
      before !== null
        ? again(random, before, seconds, nanos)
        : random.oneIn(wildness)
          ? anything(random, talk, seconds, nanos)
          : usual(random, talk, seconds, nanos),
    );
  }
  return packets;
}

/** The next thing that a proper connection would do: handshake, data and ACKs, close. */
function usual(random: Random, talk: Talk, seconds: number, nanos: number): Packet {
  const step = talk.step++;
  if (step === 0) return send(random, talk, 0, SYN, 0, seconds, nanos);
  if (step === 1) return send(random, talk, 1, SYN | ACK, 0, seconds, nanos);
  if (step === 2) return send(random, talk, 0, ACK, 0, seconds, nanos);
  const from = random.below(2);
  if (step > 5 && random.oneIn(4)) {
    if (random.oneIn(5)) talk.step = 0;
    return send(random, talk, from, FIN | ACK, 0, seconds, nanos);
  }
  return random.oneIn(2)
    ? send(random, talk, from, PSH | ACK, random.pick(LENGTHS), seconds, nanos)
    : send(random, talk, from, ACK, 0, seconds, nanos);
}

function anything(random: Random, talk: Talk, seconds: number, nanos: number): Packet {
  const from = random.below(2);
  const flags = random.oneIn(10) ? random.below(0x1000) : random.pick(FLAGS);
  const [sender, receiver] = [talk.ends[from]!, talk.ends[1 - from]!];
  const seq = (sender.next + random.pick(DELTAS)) | 0;
  const ack = (receiver.next + random.pick(DELTAS)) | 0;
  const length = random.pick(LENGTHS);
  if (random.oneIn(3)) sender.next = (seq + length + (flags & 1) + ((flags >> 1) & 1)) | 0;
  return built(random, talk, from, flags, seq, ack, length, seconds, nanos);
}

function send(
  random: Random,
  talk: Talk,
  from: number,
  flags: number,
  length: number,
  seconds: number,
  nanos: number,
): Packet {
  const sender = talk.ends[from]!;
  const seq = sender.next;
  sender.next = (seq + length + (flags & 1) + ((flags >> 1) & 1)) | 0;
  return built(random, talk, from, flags, seq, talk.ends[1 - from]!.next, length, seconds, nanos);
}

function built(
  random: Random,
  talk: Talk,
  from: number,
  flags: number,
  seq: number,
  ack: number,
  length: number,
  seconds: number,
  nanos: number,
): Packet {
  const [sender, receiver] = [talk.ends[from]!, talk.ends[1 - from]!];
  sender.ipId = (sender.ipId + 1) & 0xffff;
  sender.clock = (sender.clock + random.pick([0, 1, 1, 10, 1000, -1])) | 0;
  return tcpPacket(
    {
      version: talk.version,
      from: sender.address,
      to: receiver.address,
      fromPort: sender.port,
      toPort: receiver.port,
      seq,
      ack: (flags & ACK) !== 0 || random.oneIn(30) ? ack : 0,
      flags,
      window: random.pick([512, 512, 512, 65_535, 8192, 1, 0]),
      urgent: (flags & 0x20) !== 0 ? random.below(10) : 0,
      ttl: random.oneIn(20) ? random.pick(TTLS) : sender.ttl,
      ipId: random.oneIn(10) ? 0 : sender.ipId,
      ecn: random.oneIn(10) ? random.below(4) : 0,
      options: optionsOf(random, talk, from, flags, sender, receiver),
      payload:
        length > 0 ? new Uint8Array(Math.min(length, random.pick([0, 1, 4, 16]))).fill(random.below(256)) : NOTHING,
      length,
      goodChecksum: !random.oneIn(8),
    },
    seconds,
    nanos,
  );
}

function optionsOf(random: Random, talk: Talk, from: number, flags: number, sender: End, receiver: End): Uint8Array {
  const options: number[] = [];
  const word = (value: number): void => {
    options.push((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
  };
  if ((flags & SYN) !== 0) {
    const mss = random.pick([1460, 1460, 536, 0, 65_535, 100]);
    if (talk.options & 1 || from === 0) options.push(2, 4, mss >> 8, mss & 255);
    if (talk.options & 2) options.push(1, 3, 3, random.pick([0, 7, 14, 15, 255]));
    if (talk.options & 4) options.push(1, 1, 4, 2);
    if (random.oneIn(15)) options.push(34, 2 + 8 * random.below(2));
  }
  if (talk.options & 8) {
    options.push(1, 1, 8, 10);
    word(sender.clock);
    word(receiver.clock);
  }
  if ((flags & (SYN | ACK)) === ACK && talk.options & 4 && random.oneIn(4)) {
    const blocks = 1 + random.below(3);
    options.push(1, 1, 5, 2 + 8 * blocks);
    for (let i = 0; i < blocks; i++) {
      const left = (receiver.next + random.pick(DELTAS)) | 0;
      word(left);
      word((left + random.pick([1, 100, 1460, -1])) | 0);
    }
  }
  if (random.oneIn(40)) options.push(random.below(256), random.below(40), random.below(256), 0);
  return Uint8Array.from(options.slice(0, 40));
}

/** A packet once more: the same, or as a network or a host would repeat it; or what ICMP says of it; or a part of it. */
function again(random: Random, before: Packet, seconds: number, nanos: number): Packet {
  switch (random.below(6)) {
    case 0:
      return icmpAbout(random, before, seconds, nanos);
    case 1:
      return fragmentOf(random, before, seconds, nanos);
    default: {
      const bytes = before.bytes.slice();
      if (random.oneIn(2)) bytes[19]! += 1; // IP ID
      if (random.oneIn(4)) bytes[22]! -= 1; // TTL
      if (random.oneIn(6)) bytes[0]! ^= 4; // MAC
      return { ...before, bytes, seconds, nanos };
    }
  }
}

function icmpAbout(random: Random, { bytes, ipAt }: Packet, seconds: number, nanos: number): Packet {
  const isV6 = bytes[ipAt]! >> 4 === 6;
  const quoted = bytes.subarray(ipAt, ipAt + random.pick([8, 27, 28, 40, 60, 80, 2000]));
  const headerBytes = isV6 ? 40 : 20;
  const made = new Uint8Array(ipAt + headerBytes + 8 + quoted.length);
  made.set(bytes.subarray(0, ipAt + headerBytes));
  const view = new DataView(made.buffer);
  if (isV6) {
    view.setUint16(ipAt + 4, 8 + quoted.length);
    made[ipAt + 6] = 58;
  } else {
    view.setUint16(ipAt + 2, 28 + quoted.length);
    made[ipAt + 9] = 1;
  }
  const at = ipAt + headerBytes;
  made[at] = random.pick(isV6 ? [1, 2, 3, 4, 128] : [3, 3, 3, 4, 5, 11, 12, 8]);
  made[at + 1] = random.below(14);
  view.setUint32(at + 4, random.pick([0, 1280, 1400, 0xffffffff]));
  made.set(quoted, at + 8);
  return { linkType: 1, seconds, nanos, bytes: made, captured: made.length, original: made.length, ipAt, tcpAt: -1 };
}

function fragmentOf(random: Random, before: Packet, seconds: number, nanos: number): Packet {
  const bytes = before.bytes.slice();
  const { ipAt } = before;
  if (bytes[ipAt]! >> 4 === 6) {
    bytes[ipAt + 6] = 44;
    return { ...before, bytes, seconds, nanos };
  }
  const fragment = (random.oneIn(2) ? 0x2000 : 0) | (random.oneIn(2) ? 0 : random.pick([1, 2, 3, 0x1fff]));
  bytes[ipAt + 6] = fragment >> 8;
  bytes[ipAt + 7] = fragment & 255;
  if (random.oneIn(2)) {
    const total = 20 + 8 * (1 + random.below(4));
    bytes[ipAt + 2] = 0;
    bytes[ipAt + 3] = total;
    return { ...before, bytes, seconds, nanos, captured: Math.min(bytes.length, ipAt + total), original: ipAt + total };
  }
  return { ...before, bytes, seconds, nanos };
}
