import type { ScanFacts } from '../facts/capture.ts';
import { momentOf, secondsBetween } from '../facts/moment.ts';
import { type Attempt, Attempts } from './attempts.ts';
import { keepLowest } from './lowest.ts';
import type { Service } from './service.ts';
import { type AddressText, EXAMPLES } from './summary.ts';
import type { Tried } from './tried.ts';

const WINDOW_SECONDS = 60;
/** Ports or hosts that make it worth telling of. */
const MANY = 10;

/** A service, and who tried to reach it. */
interface Target {
  readonly ipVersion: number;
  /** The address as four int32s. */
  readonly words: Int32Array;
  readonly port: number;
  readonly attempts: Attempts;
}

/** One source's attempt at one service: `item` is the port, or the last byte of the host. */
interface Try {
  readonly item: number;
  readonly attempt: Attempt;
}

/** Sources that tried many ports of one host, or one port of many hosts of a network; in order of target and source. */
export function scansOf(services: readonly Service[], tried: readonly [Tried, Tried], text: AddressText): ScanFacts[] {
  const targets = new Targets(services, tried);
  const scans: ScanFacts[] = [];
  for (const host of targets.alike((a, b) => targets.compare(a, b, HOST))) {
    const address = addressOf(host[0]!, text);
    for (const tries of bySource(host, text, ({ port }) => port)) scans.push(scan('ports', address, 0, tries));
  }
  for (const hosts of targets.alike((a, b) => targets.compare(a, b, NETWORK))) {
    const [first] = hosts as [Target];
    const network = networkOf(first, text);
    for (const tries of bySource(hosts, text, ({ words }) => words[3]! & 0xff)) {
      scans.push(scan('hosts', network, first.port, tries));
    }
  }
  return scans.filter(({ tried }) => tried >= MANY).sort(byTarget);
}

/** What of an address makes two targets alike, of each of its words: a host's is all of it, networks are /24 and /64. */
const HOST = { 4: [0, 0, 0, -1], 6: [-1, -1, -1, -1], port: false } as const;
const NETWORK = { 4: [0, 0, 0, ~0xff], 6: [-1, -1, 0, 0], port: true } as const;

/** All services, as columns: of those that were only tried there may be millions, and only a few at a time become objects. */
class Targets {
  private readonly services: readonly Service[];
  private readonly tried: readonly [Tried, Tried];
  private readonly versions: Uint8Array;
  private readonly words: Int32Array;
  private readonly ports: Uint16Array;
  /** Behind the services: the first attempts. */
  private readonly firsts: Int32Array;

  constructor(services: readonly Service[], tried: readonly [Tried, Tried]) {
    const [short, long] = tried;
    const length = services.length + short.count + long.count;
    this.services = services;
    this.tried = tried;
    this.versions = new Uint8Array(length);
    this.words = new Int32Array(4 * length);
    this.ports = new Uint16Array(length);
    this.firsts = new Int32Array(length);
    let i = 0;
    for (const { ipVersion, words, port } of services) {
      this.versions[i] = ipVersion;
      this.words.set(words, 4 * i);
      this.ports[i++] = port;
    }
    for (const each of tried) {
      for (const first of each.firsts()) {
        this.versions[i] = each === short ? 4 : 6;
        this.ports[i] = each.place(first, this.words, 4 * i);
        this.firsts[i++] = first;
      }
    }
  }

  /** Those that compare alike, where there are many. */
  *alike(compare: (a: number, b: number) => number): Generator<Target[]> {
    const order = this.firsts.map((_, i) => i).sort(compare);
    for (let from = 0, to = 0; from < order.length; from = to) {
      do to++;
      while (to < order.length && compare(order[from]!, order[to]!) === 0);
      if (to - from >= MANY) yield Array.from(order.subarray(from, to), (i) => this.target(i));
    }
  }

  compare(a: number, b: number, by: typeof HOST | typeof NETWORK): number {
    const { versions, words, ports } = this;
    if (versions[a] !== versions[b]) return versions[a]! - versions[b]!;
    const masks = versions[a] === 4 ? by[4] : by[6];
    for (let i = 0; i < 4; i++) {
      const [mine, its] = [words[4 * a + i]! & masks[i]!, words[4 * b + i]! & masks[i]!];
      if (mine !== its) return mine < its ? -1 : 1;
    }
    return by.port ? ports[a]! - ports[b]! : 0;
  }

  private target(i: number): Target {
    if (i < this.services.length) return this.services[i]!;
    const ipVersion = this.versions[i]!;
    const attempts = new Attempts();
    for (const attempt of this.tried[ipVersion === 4 ? 0 : 1].tell(this.firsts[i]!)) attempts.add(attempt);
    return { ipVersion, words: this.words.subarray(4 * i, 4 * i + 4), port: this.ports[i]!, attempts };
  }
}

function addressOf({ ipVersion, words }: Target, text: AddressText): string {
  const [a, b, c, d] = words as unknown as [number, number, number, number];
  return text(ipVersion, a, b, c, d);
}

/** `10.0.3.0/24`, or an IPv6 /64. */
function networkOf({ ipVersion, words }: Target, text: AddressText): string {
  const [a, b, , d] = words as unknown as [number, number, number, number];
  return ipVersion === 4 ? `${text(4, 0, 0, 0, d & ~0xff)}/24` : `${text(6, a, b, 0, 0)}/64`;
}

interface Tries {
  readonly source: string;
  readonly tries: readonly Try[];
}

function bySource(targets: readonly Target[], text: AddressText, itemOf: (target: Target) => number): Tries[] {
  const sources = new Map<string, Try[]>();
  for (const target of targets) {
    for (const attempt of target.attempts) {
      const source = text(target.ipVersion, ...attempt.source);
      const tries = sources.get(source) ?? [];
      if (tries.length === 0) sources.set(source, tries);
      tries.push({ item: itemOf(target), attempt });
    }
  }
  return [...sources].filter(([, tries]) => tries.length >= MANY).map(([source, tries]) => ({ source, tries }));
}

/** The busiest 60 s. A service is tried once by one source, so that tries are distinct ports or hosts. */
function scan(kind: ScanFacts['kind'], target: string, port: number, { source, tries }: Tries): ScanFacts {
  const inTime = [...tries].sort((a, b) => secondsBetween(b.attempt, a.attempt) || a.attempt.number - b.attempt.number);
  let from = 0;
  let [bestFrom, bestTo] = [0, 0];
  for (let to = 0; to < inTime.length; to++) {
    while (secondsBetween(inTime[from]!.attempt, inTime[to]!.attempt) > WINDOW_SECONDS) from++;
    if (to - from > bestTo - bestFrom) [bestFrom, bestTo] = [from, to];
  }
  const busiest = inTime.slice(bestFrom, bestTo + 1);
  const attempts = busiest.map(({ attempt }) => attempt);
  const examples: number[] = [];
  for (const { number } of attempts) keepLowest(examples, number, EXAMPLES);
  return {
    source,
    kind,
    target,
    port,
    tried: busiest.length,
    unanswered: attempts.filter(({ answer }) => answer === 'none').length,
    refused: attempts.filter(({ answer }) => answer === 'refused').length,
    open: openOf(busiest),
    start: momentOf(attempts[0]!),
    end: momentOf(attempts[attempts.length - 1]!),
    firstFrame: attempts.reduce((first, { firstFrame }) => Math.min(first, firstFrame), Infinity),
    lastFrame: attempts.reduce((last, { lastFrame }) => Math.max(last, lastFrame), 0),
    examples,
  };
}

function openOf(tries: readonly Try[]): number[] {
  const open: number[] = [];
  for (const { item, attempt } of tries) if (attempt.answer === 'open') keepLowest(open, item, EXAMPLES);
  return open;
}

function byTarget(a: ScanFacts, b: ScanFacts): number {
  const key = ({ kind, target, port, source }: ScanFacts) => `${kind} ${target} ${port} ${source}`;
  return key(a) < key(b) ? -1 : 1;
}
