import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Frame } from '../../lib/capture/frame.ts';
import { createReader } from '../../lib/capture/open.ts';
import { addressText } from '../../lib/facts/address.ts';
import type { TapComparison, TapEvent, TapEventKind, Travel } from '../../lib/facts/taps.ts';
import { Decoder, TCP } from '../../lib/packet/decoder.ts';

/** Three-point recordings, and what the forwarder between them logged of every frame it did something to. */
/** TCPLINT_KERNEL: another run of chance, recorded with `--seed`. */
export const KERNEL = process.env.TCPLINT_KERNEL ?? join(import.meta.dirname, '../../fixtures/kernel');

/** Points in the order of the path. */
const POINTS = ['client', 'middle', 'server'] as const;
type Point = (typeof POINTS)[number];

export interface Recorded {
  readonly name: string;
  readonly client: Point;
  readonly server: Point;
}

interface Truth {
  readonly topology: string;
  readonly client_addr: string;
  readonly captures: readonly { file: string; point: Point; only: string | null; started_ns: number }[];
  readonly recorded_ns: number;
  readonly path_log: { readonly log: readonly LogRow[] };
}

/** [time, segment of the path, way, what, sport, dport, seq, length, [number in its flow, piece], held µs]. */
type LogRow = readonly [
  number,
  'A' | 'B',
  'c2s' | 's2c',
  string,
  number,
  number,
  number,
  number,
  [number, number],
  number,
];

function truthOf(name: string): Truth {
  return JSON.parse(readFileSync(join(KERNEL, `${name}.truth.json`), 'utf8'));
}

/** All pairs of points of the recordings that have both ends' own frames from the beginning. */
export function pairs(): Recorded[] {
  const names = readdirSync(KERNEL).flatMap((file) => /^(.*)\.truth\.json$/.exec(file)?.[1] ?? []);
  return names.flatMap((name) => {
    const { captures, topology, recorded_ns: begun } = truthOf(name);
    const whole = captures.filter(
      ({ only, started_ns: started, file, point }) =>
        only === null && started === begun && file === `${name}.${point}.pcap`,
    );
    const points = POINTS.filter((point) => whole.some((capture) => capture.point === point));
    if (topology !== 'path' || points.length < 2) return [];
    return points.flatMap((client, i) => points.slice(i + 1).map((server) => ({ name, client, server })));
  });
}

export function pathOf(name: string, point: string): string {
  return join(KERNEL, `${name}.${point}.pcap`);
}

/** A frame by all that its sender made it of: equal for the same transmission, wherever it is seen. */
export interface Seen {
  readonly frame: number;
  readonly signature: string;
  readonly flow: string;
  readonly seq: number;
  readonly flags: number;
  readonly length: number;
}

export function seenAt(path: string): Seen[] {
  const [reader, frame, decoder] = [createReader(), new Frame(), new Decoder()];
  const seen: Seen[] = [];
  const take = (): void => {
    while (reader.next(frame)) {
      if (decoder.decode(frame) !== TCP) continue;
      const s = decoder.segment;
      const source = `${addressText(s.ipVersion, s.srcA, s.srcB, s.srcC, s.srcD)}:${s.srcPort}`;
      const flow = `${source}>${addressText(s.ipVersion, s.dstA, s.dstB, s.dstC, s.dstD)}:${s.dstPort}`;
      const numbers = [s.seq >>> 0, s.ack >>> 0, s.flags, s.length, s.window, s.ipId, s.tsVal >>> 0, s.tsEcr >>> 0];
      const signature = [flow, ...numbers, [...s.sack.slice(0, 2 * s.sackCount)].join('-')].join(' ');
      seen.push({ frame: frame.number, signature, flow, seq: s.seq >>> 0, flags: s.flags, length: s.length });
    }
  };
  reader.write(readFileSync(path));
  take();
  reader.end();
  take();
  return seen;
}

/** What the log says was done to frames between two points, by signature. `leastHeld`: seconds. */
export function loggedBetween({ name, client, server }: Recorded, what: readonly string[], leastHeld = 0): string[] {
  const { path_log: path, client_addr: clientAddress } = truthOf(name);
  const segments = new Set<string>();
  if (client === 'client') segments.add('A');
  if (server === 'server') segments.add('B');
  const [fromClient, fromServer] = (['client', 'server'] as const).map((side) => {
    const all = existsSync(pathOf(name, side)) ? seenAt(pathOf(name, side)) : [];
    return all.filter(({ flow }) => flow.startsWith(`${clientAddress}:`) === (side === 'client'));
  }) as [Seen[], Seen[]];
  return path.log
    .filter((row) => segments.has(row[1]) && what.includes(row[3]) && row[9] >= leastHeld * 1e6)
    .map(([, , way, , sport, dport, seq, length, [number]]) => {
      const isSent = ({ flow }: Seen): boolean =>
        flow.startsWith(`${clientAddress}:`) === (way === 'c2s') && ports(flow) === `${sport} ${dport}`;
      const own = (way === 'c2s' ? fromClient : fromServer).filter(isSent)[number];
      // The piece of a larger segment, or a sender that was not captured: by its number at the tap nearer to it.
      const near = seenAt(pathOf(name, way === 'c2s' ? client : server));
      const piece = near.filter((each) => isSent(each) && each.seq === seq && each.length === length);
      const isOwn = own !== undefined && (own.length === length || (way === 'c2s' ? client : server) !== 'middle');
      return (isOwn ? own : piece[0])?.signature ?? `unknown ${way} ${sport} ${dport} ${seq} ${length}`;
    })
    .sort();
}

function ports(flow: string): string {
  return flow
    .split('>')
    .map((end) => end.slice(end.lastIndexOf(':') + 1))
    .join(' ');
}

/** The packets that a comparison names, by signature. */
export function named(found: TapComparison, kind: TapEventKind, where = (_: TapEvent): boolean => true): string[] {
  const taps = [seenAt(found.taps.client.path), seenAt(found.taps.server.path)];
  return found.events
    .filter((event) => event.kind === kind && where(event))
    .map((event) => {
      const [frames, tap] = atSender(event.way, event);
      return taps[tap]!.find(({ frame }) => frame === frames[0])?.signature ?? `no frame ${frames[0]}`;
    })
    .sort();
}

function atSender(way: Travel, event: TapEvent): [readonly number[], number] {
  return way === 'clientToServer' ? [event.clientFrames, 0] : [event.serverFrames, 1];
}
