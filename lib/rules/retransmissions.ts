import type { EndpointFacts, RepeatChain, RetransmissionRun, Sighting } from '../facts/connection.ts';
import { type Moment, secondsBetween } from '../facts/moment.ts';
import type { VerdictHow } from '../facts/verdict.ts';
import { list } from '../facts/wording.ts';
import { watchedLongEnough } from './watching.ts';

const KINDS = [
  ['rto', 'by timeout'],
  ['fast', 'by fast retransmission'],
  ['tail_loss_probe', 'by tail-loss probe'],
] as const;

/** `4 by fast retransmission and 1 by timeout`. */
export function kindsOf({ by, segments, spurious }: Pick<RetransmissionRun, 'by' | 'segments' | 'spurious'>): string {
  const named = KINDS.filter(([how]) => (by[how] ?? 0) > 0);
  const known = named.map(([how, words]) => `${by[how]} ${words}`);
  const rest = segments - named.reduce((sum, [how]) => sum + (by[how] ?? 0), 0);
  if (rest > 0) known.push(`${rest} ${known.length === 0 ? 'of unknown cause' : 'otherwise'}`);
  return list(known) + (spurious > 0 ? ` (${spurious} needlessly)` : '');
}

/** By what the retransmissions of several runs were made, counted together. */
export function kindsOfAll(runs: readonly RetransmissionRun[]): RetransmissionRun['by'] {
  const by: { [how in VerdictHow]?: number } = {};
  for (const run of runs) {
    for (const [how, segments] of Object.entries(run.by) as [VerdictHow, number][]) by[how] = (by[how] ?? 0) + segments;
  }
  return by;
}

const OUTAGE_SECONDS = 1;

/** Nothing at all got through for a while: neither ACKs of later segments nor repairs. */
export function isOutage({ by, segments, stall }: RetransmissionRun): boolean {
  return stall >= OUTAGE_SECONDS && (by.rto ?? 0) * 2 > segments;
}

/** What to say then. */
export const OUTAGE = {
  likelyCauses: [
    'The path was interrupted for that time: a route change, a failover, a link that was down.',
    'A firewall or NAT lost the connection for a while.',
  ],
  nextSteps: [
    'Look whether other connections fell silent at the same moment, and for a routing or failover event then.',
    'Read drop and error counters of the interfaces on the path (`ip -s link`, the switch port).',
  ],
} as const;

/** Each wait of a back-off is twice the last, and stacks stop growing somewhere; timers are no exact clocks. */
const LEAST_GROWTH = 1.3;
const CEILING_SECONDS = 10;
export const SHORTEST_TIMEOUT_SECONDS = 0.1;

/** Seconds between one send and the next. */
export function waitsOf(sent: readonly Sighting[]): number[] {
  return sent.slice(1).map(({ time }, i) => secondsBetween(sent[i]!.time, time));
}

/** Timeouts in a row, the longest row of them. */
export function backoffLength(waits: readonly number[]): number {
  let longest = 0;
  let length = 0;
  for (const [i, wait] of waits.entries()) {
    const grown = i > 0 && (wait >= LEAST_GROWTH * waits[i - 1]! || wait >= CEILING_SECONDS);
    length = wait < SHORTEST_TIMEOUT_SECONDS ? 0 : grown ? length + 1 : 1;
    longest = Math.max(longest, length);
  }
  return longest;
}

/** Data of more than `bytes` that was sent again and again and never acknowledged, watched long enough to say so. */
export function unheardChain(
  { repeatChains }: EndpointFacts,
  { repeats: least, bytes: small = 0 }: { readonly repeats: number; readonly bytes?: number },
  captureEnd: Moment,
): (RepeatChain & { readonly first: Sighting; readonly last: Sighting; readonly seconds: number }) | null {
  const chain = repeatChains.find(
    ({ what, repeats, bytes, acknowledged }) =>
      what === 'data' && repeats >= least && acknowledged === null && bytes > small,
  );
  const first = chain?.sent[0];
  if (chain === undefined || first === undefined || !watchedLongEnough(first.time, captureEnd)) return null;
  const last = chain.sent.at(-1)!;
  return { ...chain, first, last, seconds: secondsBetween(first.time, last.time) };
}
