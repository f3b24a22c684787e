import type { PairFacts } from '../facts/capture.ts';
import { Bins } from './bins.ts';
import { Room } from './busiest.ts';
import { Extent } from './extent.ts';
import { scatter } from './scatter.ts';
import { type AddressText, addressKey, type ConnectionSummary, keyText } from './summary.ts';

/** Clients told apart, of one service and of all; beyond, those of a service with the fewest connections are forgotten. */
const MOST_CLIENTS = 64;
const MOST_PAIRS = 8192;
/** Connections that make a pair worth telling of. */
const MANY = 10;
/** Connections whose figures are kept for the medians: all of so few, a sample of more. */
const SAMPLE = 128;

/** What one connection says of its pair, and those before it while they are few. */
class Opened {
  readonly before: Opened | null;
  readonly connections: number;
  readonly number: number;
  readonly begun: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly duration: number;
  readonly bytes: number;
  readonly handshake: number;

  constructor(
    { number, begun, firstFrame, lastFrame, duration, bytes, handshake }: ConnectionSummary,
    before: Opened | null,
  ) {
    this.before = before;
    this.connections = before === null ? 1 : before.connections + 1;
    this.number = number;
    this.begun = begun;
    this.firstFrame = firstFrame;
    this.lastFrame = lastFrame;
    this.duration = duration;
    this.bytes = bytes;
    this.handshake = handshake;
  }
}

interface Sampled {
  /** The lowest are kept: a random sample, the same in whatever order they come. */
  readonly key: number;
  readonly duration: number;
  readonly bytes: number;
  readonly handshake: number;
}

class Pair {
  connections = 0;
  readonly opened: Bins = new Bins();
  readonly sample: Sampled[] = [];
  readonly extent: Extent = new Extent();

  add(c: Opened): void {
    this.connections++;
    this.opened.add(c.begun);
    this.extent.add(c.firstFrame, c.lastFrame, c.number);
    if (c.duration >= 0) this.keep(scatter(c.number), c);
  }

  private keep(key: number, { duration, bytes, handshake }: Opened): void {
    const { sample } = this;
    if (sample.length >= SAMPLE && key >= sample[sample.length - 1]!.key) return;
    let i = sample.length;
    while (i > 0 && sample[i - 1]!.key > key) i--;
    sample.splice(i, 0, { key, duration, bytes, handshake });
    if (sample.length > SAMPLE) sample.pop();
  }
}

/** For the clients of all services. */
export function roomForPairs(): Room {
  return new Room(MOST_CLIENTS, MOST_PAIRS);
}

/**
 * Completed connections of one service, by client: most come a few times, and leave only that. Whoever forges addresses
 * completes none.
 */
export class Pairs {
  /** By address: an IPv4 one as int32, an IPv6 one as four, in text. */
  private clients: Map<number | string, Opened | Pair> | null = null;
  private readonly room: Room;

  constructor(room: Room) {
    this.room = room;
  }

  add(c: ConnectionSummary): void {
    const key = addressKey(c);
    this.clients ??= new Map();
    const known = this.clients.get(key);
    if (known instanceof Pair) {
      known.add(new Opened(c, null));
      return;
    }
    if (known === undefined) this.room.take(this.clients, connectionsOf);
    const opened = new Opened(c, known ?? null);
    this.clients.set(key, opened.connections < MANY ? opened : pairOf(opened));
  }

  facts(service: Service, text: AddressText): PairFacts[] {
    const found: PairFacts[] = [];
    for (const [key, pair] of this.clients ?? []) {
      if (pair instanceof Pair) found.push(pairFacts(keyText(key, text), pair, service));
    }
    return found.sort((a, b) => b.connections - a.connections || (a.client < b.client ? -1 : 1));
  }
}

interface Service {
  readonly address: string;
  readonly port: number;
}

function pairOf(last: Opened): Pair {
  const pair = new Pair();
  for (let one: Opened | null = last; one !== null; one = one.before) pair.add(one);
  return pair;
}

function connectionsOf({ connections }: Opened | Pair): number {
  return connections;
}

function pairFacts(client: string, pair: Pair, service: Service): PairFacts {
  const { sample } = pair;
  return {
    client,
    serverAddress: service.address,
    serverPort: service.port,
    connections: pair.connections,
    openedPerSecond: pair.opened.entries(),
    medianDuration: median(sample.map(({ duration }) => duration)),
    medianBytes: median(sample.map(({ bytes }) => bytes)),
    medianHandshake: median(sample.map(({ handshake }) => handshake).filter((seconds) => seconds >= 0)),
    ...pair.extent.facts(),
  };
}

/** The middle value, the lower of two; 0 of none. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;
}
