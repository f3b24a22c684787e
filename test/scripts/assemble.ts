/**
 * Assembles packet scripts into captures. The language is a subset of packetdrill's, without system calls:
 *
 *     # Two lines of intent: what the scenario shows,
 *     # and why.
 *     client 10.0.0.1:40000 -> server 10.0.0.2:80        // optional: `isn N` behind either
 *     connection b [2001:db8::1]:40000 -> [2001:db8::2]:80
 *     0     > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
 *     +0.01 < S. 0:0(0) ack 1 win 65535 <mss 1460>
 *     +0    > P. 1:101(100) ack 1 [ttl 63, id 7]
 *     +0.5  b > S 0:0(0)
 *     +0    10.0.0.9:40000 > 10.0.0.2:80 S 0:0(0)
 *     +0.1  < icmp port unreachable 0:0(0) from 10.0.0.254
 *     +1    repeat 120 as i every 0.01 { ... {40000+i} ... }
 *
 * `>` is sent by the client (left), `<` by the server (right). Times are seconds, relative with `+`; within a `repeat`
 * each round starts `every` seconds after the one before, and packets of all rounds are sorted by time. Sequence and
 * acknowledgment numbers count from the ISNs (SYN is 0); `win` is the header's raw field. Attributes in brackets: `ttl
 * N`, `id N`, `ecn N`, `mac N`, `vlan N`, `iface N`, `copy SECONDS [ttl N]` (the capture records it a second time),
 * `clock SECONDS` (recorded with another time, in the same place), `checksum bad`, `snap N`, `fill N` (payload byte),
 * `urgent N`, `offset N` (data offset in words). Settings: `link`, `format`, `snaplen`, `end` (of the capture, in
 * pcapng's statistics), `dropped`, `truncate` (bytes missing at the end of the file). Without `ack`, `.` is an error.
 */
import { type Recorded, writeContainer } from './container.ts';
import { readScript, type Script, type ScriptPacket } from './script.ts';
import {
  addressBytes,
  concat,
  fields,
  icmpError,
  ipPacket,
  LINKS,
  type Link,
  linkFrame,
  PROTOCOL,
  tcpSegment,
  udpDatagram,
} from './wire.ts';

/** A capture file's bytes, from the text of a script. */
export function assemble(text: string): Uint8Array {
  return assembleScript(readScript(text));
}

export function assembleScript(script: Script): Uint8Array {
  const { settings } = script;
  if (!Object.hasOwn(LINKS, settings.link)) throw new Error(`unknown link "${settings.link}"`);
  const link = settings.link as Link;
  const wire = new Wire();
  const recorded: { order: number; packet: Recorded }[] = [];
  for (const packet of script.packets) {
    const at = (name: string, otherwise: number) => Number(packet.attributes.get(name) ?? otherwise);
    const record = (seconds: number, ttl: number | null) => {
      const frame = linkFrame(link, wire.packet(packet, ttl), at('mac', 0), at('vlan', 0));
      const kept = Math.min(frame.length, at('snap', settings.snapLength));
      const ns = Math.round((packet.time + seconds + at('clock', 0)) * 1e9);
      recorded.push({
        order: packet.time + seconds,
        packet: { ns, bytes: frame.subarray(0, kept), original: frame.length, interface: at('iface', 0) },
      });
    };
    record(0, null);
    const copy = packet.attributes.get('copy');
    if (copy !== undefined) {
      const [seconds, , ttl] = copy.split(' ');
      wire.repeatId(packet);
      record(Number(seconds), ttl === undefined ? null : Number(ttl));
    }
  }
  recorded.sort((a, b) => a.order - b.order);
  const needsPcapng = settings.end !== null || settings.dropped !== null;
  const whole = writeContainer(
    {
      format: settings.format ?? (needsPcapng ? 'pcapng' : 'pcap'),
      linkType: LINKS[link],
      snapLength: settings.snapLength,
      end: settings.end,
      dropped: settings.dropped,
    },
    recorded.map(({ packet }) => packet),
  );
  return settings.truncate > 0 ? whole.subarray(0, whole.length - settings.truncate) : whole;
}

const FLAG_BITS: Readonly<Record<string, number>> = {
  F: 0x01,
  S: 0x02,
  R: 0x04,
  P: 0x08,
  '.': 0x10,
  U: 0x20,
  E: 0x40,
  W: 0x80,
  A: 0x100,
  '-': 0,
};

/** ICMP type and code, and their ICMPv6 counterparts (RFC 792, RFC 4443). */
const ICMP_ERRORS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  'net unreachable': [3, 0, 1, 0],
  'host unreachable': [3, 1, 1, 3],
  'port unreachable': [3, 3, 1, 4],
  'admin prohibited': [3, 13, 1, 1],
  'fragmentation needed': [3, 4, 2, 0],
  'time exceeded': [11, 0, 3, 0],
};

/** The hosts' memory: initial sequence numbers of the connections and IP IDs of the hosts. */
class Wire {
  readonly #ipIds = new Map<string, number>();

  packet(packet: ScriptPacket, ttl: number | null): Uint8Array {
    const [from, to] = packet.fromClient ? [packet.client, packet.server] : [packet.server, packet.client];
    const ip = {
      src: from.address,
      dst: to.address,
      protocol: PROTOCOL.tcp,
      ttl: ttl ?? Number(packet.attributes.get('ttl') ?? 64),
      id: Number(packet.attributes.get('id') ?? this.#nextId(from.address)),
      ecn: Number(packet.attributes.get('ecn') ?? 0),
    };
    if (packet.what === 'udp') {
      return ipPacket({ ...ip, protocol: PROTOCOL.udp }, udpDatagram(ip, from.port, to.port, packet.length));
    }
    if (packet.what === 'tcp') return ipPacket(ip, this.#tcp(packet, ip, packet.fromClient));
    const numbers = ICMP_ERRORS[packet.what];
    if (numbers === undefined) throw new Error(`unknown ICMP error "${packet.what}"`);
    // The quoted segment travelled the other way: it is the receiver's of the error.
    const quotedIp = { ...ip, src: to.address, dst: from.address, ttl: 60 };
    const quoted = ipPacket(quotedIp, this.#tcp(packet, quotedIp, !packet.fromClient));
    const v6 = ip.src.includes(':');
    const router = { ...ip, src: packet.router ?? ip.src };
    return icmpError(router, numbers[v6 ? 2 : 0], numbers[v6 ? 3 : 1], packet.mtu, quoted);
  }

  /** The next packet carries the IP ID of the one before: it is the same packet, seen again. */
  repeatId(packet: ScriptPacket): void {
    const address = packet.fromClient ? packet.client.address : packet.server.address;
    this.#ipIds.set(address, ((this.#ipIds.get(address) ?? 0) - 1) & 0xffff);
  }

  #nextId(address: string): number {
    const id = this.#ipIds.get(address) ?? addressBytes(address).at(-1)! * 251;
    this.#ipIds.set(address, (id + 1) & 0xffff);
    return id & 0xffff;
  }

  #tcp(packet: ScriptPacket, ip: Parameters<typeof tcpSegment>[0], fromClient: boolean): Uint8Array {
    const [from, to] = fromClient ? [packet.client, packet.server] : [packet.server, packet.client];
    const own = initialSequence(packet, fromClient);
    const peer = initialSequence(packet, !fromClient);
    const fill = packet.attributes.get('fill');
    const offset = packet.attributes.get('offset');
    return tcpSegment(ip, {
      srcPort: from.port,
      dstPort: to.port,
      seq: own + packet.seq,
      ack: packet.ack === null ? 0 : peer + packet.ack,
      flags: [...packet.flags].reduce((bits, letter) => bits | FLAG_BITS[letter]!, 0),
      window: packet.window ?? 64240,
      urgent: Number(packet.attributes.get('urgent') ?? 0),
      options: optionBytes(packet.options, peer),
      payload: Uint8Array.from({ length: packet.length }, (_, i) =>
        fill === undefined ? ((packet.seq + i) * 7) & 0xff : Number(fill),
      ),
      badChecksum: packet.attributes.get('checksum') === 'bad',
      ...(offset === undefined ? {} : { dataOffset: Number(offset) }),
    });
  }
}

/** An ISN that differs by connection and side, the same in every run. */
function initialSequence({ client, server }: ScriptPacket, ofClient: boolean): number {
  const own = ofClient ? client : server;
  if (own.isn !== null) return own.isn;
  const mixed = addressBytes(client.address).reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, client.port);
  return (Math.imul(mixed, 0x01000193) + server.port * 65_537 + (ofClient ? 0 : 0x40000000)) >>> 0;
}

/** The options of one segment. SACK edges count from the ISN of the one whose data they acknowledge. */
function optionBytes(text: string, peerIsn: number): Uint8Array {
  if (text === '') return new Uint8Array(0);
  return concat(
    ...text.split(/, */).map((option) => {
      const [word, ...rest] = option.split(' ');
      const numbers = rest.filter((part) => /^\d+$/.test(part)).map(Number);
      switch (word) {
        case 'nop':
          return fields([1, 1]);
        case 'eol':
          return fields([0, 1]);
        case 'mss':
          return fields([2, 1], [4, 1], [numbers[0]!, 2]);
        case 'wscale':
          return fields([3, 1], [3, 1], [numbers[0]!, 1]);
        case 'sackOK':
          return fields([4, 1], [2, 1]);
        case 'sack': {
          const edges = rest.flatMap((range) => range.split(':').map((edge) => (peerIsn + Number(edge)) >>> 0));
          return fields([5, 1], [2 + edges.length * 4, 1], ...edges.map((edge) => [edge, 4] as const));
        }
        case 'TS':
          return fields([8, 1], [10, 1], [numbers[0]!, 4], [numbers[1]!, 4]);
        case 'FO': {
          const cookie = rest[0]?.match(/../g)?.map((hex) => Number.parseInt(hex, 16)) ?? [];
          return fields([34, 1], [2 + cookie.length, 1], ...cookie.map((byte) => [byte, 1] as const));
        }
        case 'hex':
          return Uint8Array.from(rest.map((hex) => Number.parseInt(hex, 16)));
        default:
          throw new Error(`unknown option "${option}"`);
      }
    }),
  );
}
