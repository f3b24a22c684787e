import type { EndpointFacts, RetransmissionRun, Side, Sighting, ZeroWindowSpell } from '../facts/connection.ts';
import { type Moment, secondsBetween } from '../facts/moment.ts';
import { RESET } from '../facts/notes.ts';
import type { Connection } from './connection.ts';
import { type Flow, OFFERED_SACK, OFFERED_TIMESTAMPS, OPTIONS_CUT, SYN_SEEN } from './flow.ts';
import { flightVisible } from './timing/vantage.ts';
import { chainsOf, type Run } from './verdict/episodes.ts';
import { scaleKnown } from './verdict/plausible.ts';

/** What one endpoint sent and how it was answered: the facts of an endpoint that its flow tells. */
export type FlowFacts = Omit<EndpointFacts, 'address' | 'port' | 'name' | 'finalState' | 'spells' | 'fin'>;

/** The facts of the flow that `side` sent, as known by `until`, the end of what was watched of the connection. */
export function flowFacts(connection: Connection, side: Side, until: Moment): FlowFacts {
  const { flow } = connection[side];
  const back = connection[side === 'client' ? 'server' : 'client'].flow;
  const { detail } = flow;
  const synSeen = (flow.options & SYN_SEEN) !== 0;
  const optionsSeen = synSeen && (flow.options & OPTIONS_CUT) === 0;
  const visible = flightVisible(connection, flow, back);
  return {
    packets: flow.packets,
    bytes: flow.bytes,
    uniqueBytes: flow.bytes - (detail?.repeatedBytes ?? 0),
    dataSegments: flow.dataSegments,
    retransmissions: detail?.retransmissions ?? 0,
    retransmittedBytes: detail?.retransmittedBytes ?? 0,
    spurious: detail?.spurious ?? 0,
    reordered: detail?.reordered ?? 0,
    duplicates: detail?.duplicates ?? 0,
    keepAlives: detail?.keepAlives ?? 0,
    zeroWindowProbes: detail?.zeroWindowProbes ?? 0,
    maxWindow: flow.maxWindow,
    mss: optionsSeen && flow.mss > 0 ? flow.mss : null,
    windowScale: optionsSeen && flow.windowScale >= 0 ? flow.windowScale : null,
    sackPermitted: optionsSeen ? (flow.options & OFFERED_SACK) !== 0 : null,
    timestamps: optionsSeen ? (flow.options & OFFERED_TIMESTAMPS) !== 0 : null,
    synSeen,
    largestSegment: flow.largestSegment,
    ackedUnseen: Math.max(0, back.detail?.unseenBytes ?? 0),
    firstData: firstData(flow),
    lastNewData: lastNewData(flow),
    unacknowledged: unacknowledged(back),
    retransmissionRuns: detail === null ? [] : detail.runs.map((run) => runFacts(run, flow, until)),
    repeatChains: detail === null ? [] : chainsOf(detail),
    reorderings: detail?.reorderings ?? null,
    zeroWindowSpells: spells(connection, flow),
    zeroWindowTime: zeroWindowTime(flow, until),
    keepAliveRuns: detail?.keepAliveRuns?.facts() ?? [],
    rtt: flow.roundTrips.facts(),
    flightVisible: visible,
    limitedBy: visible && scaleKnown(flow, back) ? (flow.limits?.shares(flow) ?? null) : null,
  };
}

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
  const { stalledSince, recent: _recent, oldest: _oldest, ...facts } = run;
  const unresolved = stalledSince !== null && flow.next !== flow.acked;
  const stall = unresolved ? Math.max(facts.stall, secondsBetween(stalledSince, until)) : facts.stall;
  return { ...facts, stall, unresolved };
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
