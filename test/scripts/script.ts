import { expand } from './expression.ts';

/** A packet script read: what the file is like, and its packets in the order written. */
export interface Script {
  /** The comment lines at the top: what the scenario proves. */
  readonly intent: readonly string[];
  readonly settings: Settings;
  readonly packets: readonly ScriptPacket[];
}

export interface Settings {
  link: string;
  format: 'pcap' | 'pcapng' | null;
  snapLength: number;
  end: number | null;
  dropped: number | null;
  /** Bytes missing at the end of the file. */
  truncate: number;
}

export interface Host {
  readonly address: string;
  readonly port: number;
  /** Initial sequence number where the script gives one. */
  readonly isn: number | null;
}

export interface ScriptPacket {
  /** Seconds since the start. */
  readonly time: number;
  readonly client: Host;
  readonly server: Host;
  readonly fromClient: boolean;
  /** `tcp`, `udp`, or the words of an ICMP error. */
  readonly what: string;
  readonly flags: string;
  readonly seq: number;
  readonly length: number;
  readonly ack: number | null;
  readonly window: number | null;
  readonly mtu: number;
  /** Who sends an ICMP error, where it is not the peer. */
  readonly router: string | null;
  /** The text between `<` and `>`. */
  readonly options: string;
  readonly attributes: ReadonlyMap<string, string>;
}

interface Line {
  readonly number: number;
  readonly text: string;
}

const HOST = String.raw`(\[[0-9a-f:]+\]|[\d.]+):(\d+)(?: isn (\d+))?`;
const CONNECTION = new RegExp(`^(?:connection (\\w+)|client) ${HOST} -> (?:server )?${HOST}$`);
const REPEAT = /^(?:(\S+) )?repeat (\d+)(?: as (\w+))? every (\S+) \{$/;
const PACKET = new RegExp(
  `^(\\+?-?[\\d.]+) (?:(\\w+) ([<>])|${HOST} ([<>]) ${HOST}|([<>])) (.*?)(?: <(.*)>)?(?: \\[(.*)\\])?$`,
);
const TCP = /^([-FSRP.UEWA]+) (\d+):(\d+)\((\d+)\)(?: ack (\d+))?(?: win (\d+))?$/;
const ICMP = /^icmp ([a-z ]+?) (\d+):(\d+)\((\d+)\)(?: mtu (\d+))?(?: from (\S+))?$/;
const UDP = /^udp \((\d+)\)$/;

/** Reads a packet script; a mistake in it is an exception that names the line. */
export function readScript(text: string): Script {
  const settings: Settings = {
    link: 'ethernet',
    format: null,
    snapLength: 262_144,
    end: null,
    dropped: null,
    truncate: 0,
  };
  const intent: string[] = [];
  const connections = new Map<string, readonly [Host, Host]>();
  const packets: ScriptPacket[] = [];
  const lines: Line[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const comment = /^# ?(.*)/.exec(raw);
    if (comment !== null && lines.length === 0) intent.push(comment[1]!);
    const line = raw
      .replace(/(^|\s)(#|\/\/).*$/, '')
      .trim()
      .replace(/\s+/g, ' ');
    if (line !== '') lines.push({ number: index + 1, text: line });
  }

  /** Reads lines up to the end of the block, its packets starting at `base`; the time of the last packet. */
  function readBlock(block: readonly Line[], base: number, counters: ReadonlyMap<string, number>): number {
    let now = base;
    for (let at = 0; at < block.length; at++) {
      const { number, text: written } = block[at]!;
      try {
        const line = expand(written, counters);
        const repeat = REPEAT.exec(line);
        if (repeat !== null) {
          const inner = blockAfter(block, at);
          const start = repeat[1] === undefined ? now : timeOf(repeat[1], now, counters);
          let last = start;
          for (let i = 0; i < Number(repeat[2]); i++) {
            const counted = new Map(counters).set(repeat[3] ?? 'i', i);
            last = Math.max(last, readBlock(inner, start + i * Number(repeat[4]), counted));
          }
          now = last;
          at += inner.length + 1;
        } else if (!readSetting(line)) {
          now = readPacket(line, now, counters);
        }
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw reason.startsWith('line ') ? error : new Error(`line ${number}: ${reason}: ${written}`);
      }
    }
    return now;
  }

  function readSetting(line: string): boolean {
    const connection = CONNECTION.exec(line);
    if (connection !== null) {
      const [, name = '', a, ap, ai, b, bp, bi] = connection;
      connections.set(name, [host(a, ap, ai), host(b, bp, bi)]);
      return true;
    }
    const [word, value, ...rest] = line.split(' ');
    if (value === undefined || rest.length > 0) return false;
    if (word === 'link') settings.link = value;
    else if (word === 'format') settings.format = value === 'pcapng' ? 'pcapng' : 'pcap';
    else if (word === 'snaplen') settings.snapLength = Number(value);
    else if (word === 'end') settings.end = Number(value);
    else if (word === 'dropped') settings.dropped = Number(value);
    else if (word === 'truncate') settings.truncate = Number(value);
    else return false;
    return true;
  }

  function readPacket(line: string, now: number, counters: ReadonlyMap<string, number>): number {
    const match = PACKET.exec(line);
    if (match === null) throw new Error('not a packet, a setting or a repeat');
    const [, time, name, namedWay, a, ap, ai, inlineWay, b, bp, bi, plainWay, body, options = '', attributes] = match;
    const pair = a !== undefined ? ([host(a, ap, ai), host(b, bp, bi)] as const) : connections.get(name ?? '');
    if (pair === undefined) throw new Error(`no connection "${name ?? 'client'}"`);
    const packet = {
      time: timeOf(time!, now, counters),
      client: pair[0],
      server: pair[1],
      fromClient: (namedWay ?? inlineWay ?? plainWay) === '>',
      options,
      attributes: attributesOf(attributes),
      ...bodyOf(body!),
    };
    if (packet.what === 'tcp' && packet.flags.includes('.') && packet.ack === null) throw new Error('no ack given');
    packets.push(packet);
    return packet.time;
  }

  readBlock(lines, 0, new Map());
  return { intent, settings, packets };
}

function blockAfter(block: readonly Line[], at: number): readonly Line[] {
  let depth = 1;
  for (let end = at + 1; end < block.length; end++) {
    if (block[end]!.text.endsWith('{')) depth++;
    if (block[end]!.text === '}') depth--;
    if (depth === 0) return block.slice(at + 1, end);
  }
  throw new Error('no } for this block');
}

function timeOf(text: string, now: number, counters: ReadonlyMap<string, number>): number {
  const seconds = Number(text);
  if (Number.isNaN(seconds)) throw new Error(`not a time: ${text}`);
  if (text.startsWith('+')) return now + seconds;
  if (counters.size > 0) throw new Error('times inside a repeat are relative (+)');
  return seconds;
}

function host(address?: string, port?: string, isn?: string): Host {
  return {
    address: address!.replace(/[[\]]/g, ''),
    port: Number(port),
    isn: isn === undefined ? null : Number(isn),
  };
}

function bodyOf(body: string) {
  const nothing = { flags: '', seq: 0, length: 0, ack: null, window: null, mtu: 0, router: null };
  const udp = UDP.exec(body);
  if (udp !== null) return { ...nothing, what: 'udp', length: Number(udp[1]) };
  const icmp = ICMP.exec(body);
  if (icmp !== null) {
    const [, words, from, to, length, mtu, router] = icmp;
    checkRange(from, to, length);
    return {
      ...nothing,
      what: words!,
      seq: Number(from),
      length: Number(length),
      mtu: Number(mtu ?? 0),
      router: router ?? null,
    };
  }
  const tcp = TCP.exec(body);
  if (tcp === null) throw new Error('cannot read the segment');
  const [, flags, from, to, length, ack, window] = tcp;
  checkRange(from, to, length);
  return {
    ...nothing,
    what: 'tcp',
    flags: flags!,
    seq: Number(from),
    length: Number(length),
    ack: ack === undefined ? null : Number(ack),
    window: window === undefined ? null : Number(window),
  };
}

function checkRange(from?: string, to?: string, length?: string): void {
  if (Number(to) - Number(from) !== Number(length)) throw new Error(`${from}:${to} is not ${length} bytes`);
}

function attributesOf(text: string | undefined): ReadonlyMap<string, string> {
  const known = [
    'ttl',
    'id',
    'ecn',
    'mac',
    'vlan',
    'iface',
    'copy',
    'clock',
    'checksum',
    'snap',
    'fill',
    'urgent',
    'offset',
  ];
  const attributes = new Map<string, string>();
  for (const part of text === undefined ? [] : text.split(/, */)) {
    const [name = '', ...value] = part.split(' ');
    if (!known.includes(name)) throw new Error(`unknown attribute "${name}"`);
    attributes.set(name, value.join(' '));
  }
  return attributes;
}
