import { seqGe } from '../bytes/seq.ts';
import type { CaptureFacts, HostOccurrences } from '../facts/capture.ts';
import { CHECKSUM_BAD, CHECKSUM_OFFLOAD, CHECKSUM_OK } from '../packet/checksum.ts';
import {
  ACK,
  BAD_DATA_OFFSET,
  BAD_OPTION,
  FIN,
  FLAG_NAMES,
  LENGTH_FROM_FRAME,
  PSH,
  RST,
  type Segment,
  SYN,
  URG,
} from '../packet/segment.ts';
import type { Connection } from '../tcp/connection.ts';
import type { Flow } from '../tcp/flow.ts';
import { FlowDetail } from '../tcp/verdict/detail.ts';
import { Ranges } from '../tcp/verdict/ranges.ts';
import { HostTallies, type HostTally } from './host-tallies.ts';

/** No handshake agrees on less (RFC 9293 3.7.1): shorter segments need not be held against it. */
const LEAST_MSS = 536;
/**
 * A host most of whose sums are wrong, and at least so many or all, does not suffer from corruption: its card fills them
 * in, or somebody changed the packets after they were recorded.
 */
const PATTERN = 8;
/** Lone SYNs with wrong sums that are remembered, in case their connections go on. */
const MOST_LONE = 4096;

const IMPOSSIBLE = BAD_DATA_OFFSET | BAD_OPTION;
const CONTROL = FIN | SYN | RST | PSH | ACK | URG;
/** Flags that contradict each other, by their bits. */
const ILLEGAL = Uint8Array.from({ length: CONTROL + 1 }, (_, flags) => (isIllegal(flags) ? 1 : 0));

function isIllegal(flags: number): boolean {
  const has = (...bits: readonly number[]) => bits.every((bit) => (flags & bit) !== 0);
  if (flags === 0 || has(SYN, FIN) || has(SYN, RST) || has(FIN, RST)) return true;
  return has(FIN, PSH, URG) && !has(ACK);
}

/** Wrong sums of one flow. */
interface WrongSums {
  count: number;
  readonly of: HostTally;
}

type Facts = Pick<CaptureFacts, 'illegalFlags' | 'badHeaders' | 'badChecksums' | 'checksumsUnchecked' | 'offload'>;

/** Headers that no stack makes, and sums that are wrong: by damage, or because the sender's card had yet to fill them in. */
export class HeaderChecks {
  /** By what is wrong with them. */
  private readonly illegal = new Map<string, HostTallies>();
  private readonly impossible = new Map<string, HostTallies>();
  private readonly superSegments = new HostTallies();
  private readonly unfinished = new HostTallies();
  private readonly wrong = new HostTallies();
  /** By connection number, times two, plus one for the server's; while the connection lasts. */
  private readonly wrongByFlow = new Map<number, WrongSums>();

  /**
   * `c`: its connection, null for a SYN put by, which has a `number` all the same; `worth`: of its checksum
   * (packet/checksum.ts).
   */
  check(s: Segment, c: Connection | null, number: number, fromClient: boolean, worth: number): void {
    if ((ILLEGAL[s.flags & CONTROL]! | (s.troubles & IMPOSSIBLE)) !== 0) this.noteHeader(s, number);
    if (s.length > LEAST_MSS || (s.troubles & LENGTH_FROM_FRAME) !== 0) {
      if (isSuperSegment(s, c, fromClient)) {
        this.superSegments.of(s)?.add(s, number);
        return;
      }
    }
    if (worth > CHECKSUM_OK) this.noteChecksum(s, c, number, fromClient, worth);
  }

  /** Its packets with right sums tell whether the wrong ones are damage. */
  connectionEnded(c: Connection): void {
    if (this.wrongByFlow.size === 0) return;
    for (let side = 0; side < 2; side++) {
      const sums = this.wrongByFlow.get(2 * c.number + side);
      if (sums === undefined) continue;
      this.wrongByFlow.delete(2 * c.number + side);
      const { flow } = side === 0 ? c.client : c.server;
      sums.of.others += flow.packets - sums.count;
      if (gotThrough(flow)) sums.of.passed += sums.count;
    }
  }

  /** When all connections have ended. `unchecked`: not all sums were looked at. */
  facts(unchecked = false): Facts {
    const wrong = [...this.wrong];
    const isPattern = ({ count, others, passed }: HostTally) =>
      passed === count || (count > others && (count >= PATTERN || others <= 0));
    const illegalFlags = byWhat(this.illegal).map(([flags, from]) => ({ flags, ...from }));
    const badHeaders = byWhat(this.impossible).map(([what, from]) => ({ what, ...from }));
    const badChecksums = inOrder(wrong.filter((tally) => !isPattern(tally)));
    const unfinished = inOrder([...this.unfinished, ...wrong.filter(isPattern)]);
    const seen = new Set<string>();
    const offload = [
      ...inOrder(this.superSegments).map((from) => ({ what: 'super-segments' as const, ...from })),
      ...unfinished
        .filter(({ address }) => !seen.has(address) && seen.add(address))
        .map((from) => ({ what: 'unfinished checksums' as const, ...from })),
    ];
    return {
      ...(illegalFlags.length === 0 ? {} : { illegalFlags }),
      ...(badHeaders.length === 0 ? {} : { badHeaders }),
      ...(badChecksums.length === 0 ? {} : { badChecksums }),
      ...(unchecked ? { checksumsUnchecked: true } : {}),
      ...(offload.length === 0 ? {} : { offload }),
    };
  }

  private noteHeader(s: Segment, number: number): void {
    const flags = s.flags & CONTROL;
    if (ILLEGAL[flags] === 1) tallies(this.illegal, flagsText(flags)).of(s)?.add(s, number);
    if ((s.troubles & IMPOSSIBLE) !== 0) tallies(this.impossible, impossibility(s)).of(s)?.add(s, number);
  }

  private noteChecksum(s: Segment, c: Connection | null, number: number, fromClient: boolean, worth: number): void {
    const tally = (worth === CHECKSUM_OFFLOAD ? this.unfinished : this.wrong).of(s);
    if (tally === null) return;
    tally.add(s, number);
    if (worth !== CHECKSUM_BAD || (c === null && this.wrongByFlow.size >= MOST_LONE)) return;
    if (c !== null && s.length > 0) {
      const { flow: sent } = fromClient ? c.client : c.server;
      sent.detail ??= new FlowDetail();
      sent.detail.damaged ??= new Ranges();
      sent.detail.damaged.add(s.seq, (s.seq + s.length) | 0);
    }
    const flow = 2 * number + (fromClient ? 0 : 1);
    const sums = this.wrongByFlow.get(flow);
    if (sums === undefined) this.wrongByFlow.set(flow, { count: 1, of: tally });
    else sums.count++;
  }
}

/** What had a wrong sum was acknowledged and not sent again: it was changed only after it had arrived. */
function gotThrough({ detail, acked, ackSeen }: Flow): boolean {
  if (detail === null || detail.damaged === null || detail.damaged.total === 0) return false;
  return detail.retransmissions === 0 && ackSeen === 1 && seqGe(acked, detail.damaged.highest);
}

/** Longer than what the receiver said it can take: the sender's card was to cut it up, or the receiver's had joined it. */
function isSuperSegment(s: Segment, c: Connection | null, fromClient: boolean): boolean {
  if ((s.troubles & LENGTH_FROM_FRAME) !== 0) return true;
  if (c === null) return false;
  const { mss } = (fromClient ? c.server : c.client).flow;
  return mss >= LEAST_MSS && s.length > mss;
}

function tallies(map: Map<string, HostTallies>, what: string): HostTallies {
  let found = map.get(what);
  if (found === undefined) {
    found = new HostTallies();
    map.set(what, found);
  }
  return found;
}

function byWhat(map: Map<string, HostTallies>): [string, HostOccurrences][] {
  const whats = [...map.keys()].sort();
  return whats.flatMap((what) => inOrder(map.get(what)!).map((from): [string, HostOccurrences] => [what, from]));
}

function inOrder(tallied: Iterable<HostTally>): HostOccurrences[] {
  return [...tallied].map((tally) => tally.facts()).sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** `SYN+FIN`: as they are spoken of, SYN first. */
function flagsText(flags: number): string {
  const names: string[] = FLAG_NAMES.filter((_, bit) => (flags & (1 << bit)) !== 0);
  if (names.length === 0) return 'none';
  return names.sort((a, b) => Number(b === 'SYN') - Number(a === 'SYN')).join('+');
}

function impossibility(s: Segment): string {
  if ((s.troubles & BAD_DATA_OFFSET) === 0) return 'length of an option';
  return s.headerLength < 20 ? `data offset of ${s.headerLength} bytes` : 'data offset beyond the end of the segment';
}
