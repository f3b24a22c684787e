import type { ScanFacts } from '../facts/capture.ts';
import { type Moment, secondsBetween } from '../facts/moment.ts';
import type { Attempt, Attempts } from './attempts.ts';
import { keepLowest } from './lowest.ts';
import { type AddressText, EXAMPLES } from './summary.ts';

const WINDOW_SECONDS = 60;
/** Ports or hosts that make it worth telling of. */
const MANY = 10;

interface Tried {
  readonly address: string;
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
export function scansOf(services: readonly Tried[], text: AddressText): ScanFacts[] {
  const byHost = grouped(services, ({ address }) => address);
  const byNetwork = grouped(services, (service) => `${networkOf(service, text)} ${service.port}`);
  const ports = [...byHost].flatMap(([target, tried]) => {
    return bySource(tried, text, ({ port }) => port).map((tries) => scan('ports', target, 0, tries));
  });
  const hosts = [...byNetwork].flatMap(([, tried]) => {
    const [{ port }] = tried as [Tried];
    const network = networkOf(tried[0]!, text);
    return bySource(tried, text, ({ words }) => words[3]! & 0xff).map((tries) => scan('hosts', network, port, tries));
  });
  return [...ports, ...hosts].filter(({ tried }) => tried >= MANY).sort(byTarget);
}

/** Groups of at least `MANY`. */
function grouped(services: readonly Tried[], keyOf: (service: Tried) => string): Map<string, Tried[]> {
  const groups = new Map<string, Tried[]>();
  for (const service of services) {
    const key = keyOf(service);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [service]);
    else group.push(service);
  }
  for (const [key, group] of groups) if (group.length < MANY) groups.delete(key);
  return groups;
}

/** `10.0.3.0/24`, or an IPv6 /64. */
function networkOf({ ipVersion, words }: Tried, text: AddressText): string {
  const [a, b, , d] = words as unknown as [number, number, number, number];
  return ipVersion === 4 ? `${text(4, 0, 0, 0, d & ~0xff)}/24` : `${text(6, a, b, 0, 0)}/64`;
}

interface Tries {
  readonly source: string;
  readonly tries: readonly Try[];
}

function bySource(services: readonly Tried[], text: AddressText, itemOf: (service: Tried) => number): Tries[] {
  const sources = new Map<string, Try[]>();
  for (const service of services) {
    for (const attempt of service.attempts) {
      const source = text(service.ipVersion, ...attempt.source);
      const tries = sources.get(source) ?? [];
      if (tries.length === 0) sources.set(source, tries);
      tries.push({ item: itemOf(service), attempt });
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

function momentOf({ seconds, nanos }: Moment): Moment {
  return { seconds, nanos };
}

function byTarget(a: ScanFacts, b: ScanFacts): number {
  const key = ({ kind, target, port, source }: ScanFacts) => `${kind} ${target} ${port} ${source}`;
  return key(a) < key(b) ? -1 : 1;
}
