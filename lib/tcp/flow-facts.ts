import type { FlowFacts, FlowView } from './flow-view.ts';

/** What a view tells, to be kept. Spreading objects this large costs more than all that is in them. */
export function flowFacts(v: FlowView): FlowFacts {
  return {
    packets: v.packets,
    bytes: v.bytes,
    uniqueBytes: v.uniqueBytes,
    dataSegments: v.dataSegments,
    retransmissions: v.retransmissions,
    retransmittedBytes: v.retransmittedBytes,
    spurious: v.spurious,
    reordered: v.reordered,
    duplicates: v.duplicates,
    keepAlives: v.keepAlives,
    zeroWindowProbes: v.zeroWindowProbes,
    maxWindow: v.maxWindow,
    mss: v.mss,
    windowScale: v.windowScale,
    sackPermitted: v.sackPermitted,
    timestamps: v.timestamps,
    synSeen: v.synSeen,
    largestSegment: v.largestSegment,
    ackedUnseen: v.ackedUnseen,
    firstData: v.firstData,
    lastNewData: v.lastNewData,
    unacknowledged: v.unacknowledged,
    retransmissionRuns: v.retransmissionRuns,
    repeatChains: v.repeatChains,
    reorderings: v.reorderings,
    zeroWindowSpells: v.zeroWindowSpells,
    zeroWindowTime: v.zeroWindowTime,
    keepAliveRuns: v.keepAliveRuns,
    rtt: v.rtt,
    flightVisible: v.flightVisible,
    limitedBy: v.limitedBy,
  };
}
