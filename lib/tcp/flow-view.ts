import type {
  EndpointFacts,
  KeepAliveRun,
  ReorderFacts,
  RepeatChain,
  RetransmissionRun,
  RttFacts,
  Side,
  Sighting,
  ZeroWindowSpell,
} from '../facts/connection.ts';
import { type Moment, secondsBetween } from '../facts/moment.ts';
import { RESET } from '../facts/notes.ts';
import type { Connection, Endpoint } from './connection.ts';
import { type Flow, OFFERED_SACK, OFFERED_TIMESTAMPS, OPTIONS_CUT, SYN_SEEN } from './flow.ts';
import { type EndpointOddities, longest } from './oddities/endpoint.ts';
import { flightVisible } from './timing/vantage.ts';
import type { FlowDetail } from './verdict/detail.ts';
import { chainsOf, type Run } from './verdict/episodes.ts';
import { scaleKnown } from './verdict/plausible.ts';

/** What one endpoint sent and how it was answered: the facts of an endpoint that its flow tells. */
export type FlowFacts = Omit<EndpointFacts, 'address' | 'port' | 'name' | 'finalState' | 'spells' | 'fin'>;

/**
 * A view of those facts, on a flow that is still in memory: each is made when it is read, because rules look at few of
 * many. Valid until it looks at another.
 */
export class FlowView implements FlowFacts {
  protected connection!: Connection;
  protected endpoint!: Endpoint;
  private odd: EndpointOddities | null = null;
  private flow!: Flow;
  private back!: Flow;
  private detail: FlowDetail | null = null;
  private until!: Moment;
  private runs: readonly RetransmissionRun[] | null = null;
  private chains: readonly RepeatChain[] | null = null;
  private trips: RttFacts | null | undefined = undefined;

  /** At the flow that `side` sends, as known by `until`, the end of what was watched of the connection. */
  look(connection: Connection, side: Side, until: Moment): this {
    this.connection = connection;
    this.endpoint = connection[side];
    this.flow = this.endpoint.flow;
    this.back = connection[side === 'client' ? 'server' : 'client'].flow;
    this.detail = this.flow.detail;
    this.odd = connection.oddities === null ? null : connection.oddities[side];
    this.until = until;
    this.runs = null;
    this.chains = null;
    this.trips = undefined;
    return this;
  }

  /** There may be rarer things to tell of it (facts/connection.ts). */
  get isOdd(): boolean {
    return this.odd !== null;
  }

  get packets(): number {
    return this.flow.packets;
  }
  get bytes(): number {
    return this.flow.bytes;
  }
  get uniqueBytes(): number {
    return this.flow.bytes - (this.detail?.repeatedBytes ?? 0);
  }
  get dataSegments(): number {
    return this.flow.dataSegments;
  }
  get retransmissions(): number {
    return this.detail?.retransmissions ?? 0;
  }
  get retransmittedBytes(): number {
    return this.detail?.retransmittedBytes ?? 0;
  }
  get spurious(): number {
    return this.detail?.spurious ?? 0;
  }
  get reordered(): number {
    return this.detail?.reordered ?? 0;
  }
  get duplicates(): number {
    return this.detail?.duplicates ?? 0;
  }
  get keepAlives(): number {
    return this.detail?.keepAlives ?? 0;
  }
  get zeroWindowProbes(): number {
    return this.detail?.zeroWindowProbes ?? 0;
  }
  get maxWindow(): number {
    return this.flow.maxWindow;
  }
  get mss(): number | null {
    return this.optionsSeen && this.flow.mss > 0 ? this.flow.mss : null;
  }
  get windowScale(): number | null {
    return this.optionsSeen && this.flow.windowScale >= 0 ? this.flow.windowScale : null;
  }
  get sackPermitted(): boolean | null {
    return this.optionsSeen ? (this.flow.options & OFFERED_SACK) !== 0 : null;
  }
  get timestamps(): boolean | null {
    return this.optionsSeen ? (this.flow.options & OFFERED_TIMESTAMPS) !== 0 : null;
  }
  private get optionsSeen(): boolean {
    return (this.flow.options & (SYN_SEEN | OPTIONS_CUT)) === SYN_SEEN;
  }
  get synSeen(): boolean {
    return (this.flow.options & SYN_SEEN) !== 0;
  }
  get largestSegment(): number {
    return this.flow.largestSegment;
  }
  get ackedUnseen(): number {
    return Math.max(0, this.back.detail?.unseenBytes ?? 0);
  }
  get firstData(): Sighting | null {
    return firstData(this.flow);
  }
  get lastNewData(): Sighting | null {
    return lastNewData(this.flow);
  }
  get unacknowledged(): number {
    return unacknowledged(this.back);
  }
  get retransmissionRuns(): readonly RetransmissionRun[] {
    this.runs ??= this.detail === null ? NONE : this.detail.runs.map((run) => runFacts(run, this.flow, this.until));
    return this.runs;
  }
  get repeatChains(): readonly RepeatChain[] {
    this.chains ??= this.detail === null ? NONE : chainsOf(this.detail);
    return this.chains;
  }
  get reorderings(): ReorderFacts | null {
    return this.detail?.reorderings ?? null;
  }
  get zeroWindowSpells(): readonly ZeroWindowSpell[] {
    return spells(this.connection, this.flow);
  }
  get zeroWindowTime(): number {
    return zeroWindowTime(this.flow, this.until);
  }
  get keepAliveRuns(): readonly KeepAliveRun[] {
    return this.detail?.keepAliveRuns?.facts() ?? NONE;
  }
  get rtt(): RttFacts | null {
    if (this.trips === undefined) this.trips = this.flow.roundTrips.facts();
    return this.trips;
  }
  get flightVisible(): boolean {
    return flightVisible(this.connection, this.flow, this.back);
  }
  get limitedBy(): EndpointFacts['limitedBy'] {
    const { flow } = this;
    return this.flightVisible && scaleKnown(flow, this.back) ? (flow.limits?.shares(flow) ?? null) : null;
  }

  get largestAcked(): number | undefined {
    return this.endpoint.passed === 0 ? undefined : this.endpoint.passed;
  }
  get duplicateAcks(): EndpointFacts['duplicateAcks'] {
    return this.odd?.duplicateAcks?.facts();
  }
  get windowShrinks(): EndpointFacts['windowShrinks'] {
    return this.odd?.windowShrinks?.facts();
  }
  get sillySegments(): EndpointFacts['sillySegments'] {
    return this.odd === null ? undefined : longest(this.odd.sillySegments, this.odd.tinySegments);
  }
  get sillyWindows(): EndpointFacts['sillyWindows'] {
    return this.odd === null ? undefined : longest(this.odd.sillyWindows, this.odd.tinyWindows);
  }
  get nagleWaits(): EndpointFacts['nagleWaits'] {
    return this.odd?.nagleWaits?.facts();
  }
  get ackedUnsent(): EndpointFacts['ackedUnsent'] {
    return this.odd?.ackedUnsent?.facts();
  }
  get outOfWindow(): EndpointFacts['outOfWindow'] {
    return this.odd?.outOfWindow?.facts();
  }
  get timestampRegressions(): EndpointFacts['timestampRegressions'] {
    return this.odd?.timestampRegressions?.facts();
  }
  get ttlChanges(): EndpointFacts['ttlChanges'] {
    return this.odd?.ttlChanges?.facts();
  }
  get urgent(): EndpointFacts['urgent'] {
    return this.odd?.urgent?.facts();
  }
  get ecnIgnored(): EndpointFacts['ecnIgnored'] {
    return this.odd?.ecn?.ignored?.facts();
  }
  get differing(): EndpointFacts['differing'] {
    return this.odd?.differing?.facts();
  }
}

const NONE: readonly never[] = [];

function firstData(flow: Flow): Sighting | null {
  if (flow.dataSegments === 0) return null;
  return { frame: flow.firstDataFrame, time: { seconds: flow.firstDataSeconds, nanos: flow.firstDataNanos } };
}

function lastNewData(flow: Flow): Sighting | null {
  if (flow.lastDataFrame === 0) return null;
  return { frame: flow.lastDataFrame, time: { seconds: flow.lastDataSeconds, nanos: flow.lastDataNanos } };
}

/** Payload of a flow beyond the last acknowledgment; SYN and FIN are no payload. */
function unacknowledged(flow: Flow): number {
  if (flow.started === 0) return 0;
  const synSeen = (flow.options & SYN_SEEN) !== 0;
  const from = flow.ackSeen === 1 ? flow.acked : flow.isn;
  const syn = synSeen && from === flow.isn ? 1 : 0;
  const fin = flow.finSent === 1 && ((flow.fin - from) | 0) >= 0 ? 1 : 0;
  return Math.max(0, ((flow.next - from) | 0) - syn - fin);
}

function runFacts(run: Run, flow: Flow, until: Moment): RetransmissionRun {
  const { start, end, firstFrame, lastFrame, frames, segments, bytes, densest, by, spurious, unsure, tail } = run;
  const { stalledSince } = run;
  const unresolved = stalledSince !== null && flow.next !== flow.acked;
  const stall = unresolved ? Math.max(run.stall, secondsBetween(stalledSince, until)) : run.stall;
  // Written out: a copy by rest and spread takes microseconds.
  return {
    start,
    end,
    firstFrame,
    lastFrame,
    frames,
    segments,
    bytes,
    densest,
    by,
    spurious,
    unsure,
    tail,
    stall,
    unresolved,
  };
}

function spells(connection: Connection, flow: Flow): readonly ZeroWindowSpell[] {
  const windows = flow.detail?.zeroWindows;
  if (!windows) return [];
  const last = windows.spells.at(-1);
  // A copy: what is told now may not be the end yet.
  return windows.isOpen && last
    ? [...windows.spells.slice(0, -1), { ...last, endedBy: endOf(connection) }]
    : windows.spells;
}

function endOf(connection: Connection): ZeroWindowSpell['endedBy'] {
  if (connection.notes & RESET) return 'reset';
  return connection.client.flow.finSent & connection.server.flow.finSent ? 'close' : 'capture end';
}

function zeroWindowTime(flow: Flow, until: Moment): number {
  const windows = flow.detail?.zeroWindows;
  if (!windows) return 0;
  const last = windows.spells.at(-1);
  return windows.total + (windows.isOpen && last ? secondsBetween(last.start, until) : 0);
}
