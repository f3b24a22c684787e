import type { DwellFacts, ServiceRow, TimesFacts } from '../../facts/services.ts';

/** One service as `services` prints it: shares beside the counts that they come from, histograms left out. */
export function serviceShape(row: ServiceRow) {
  return {
    server: row.server,
    connections: row.connections,
    begun: row.begun,
    completed: row.completed,
    refused: row.refused,
    refusedShare: share(row.refused, row.begun),
    unanswered: row.unanswered,
    unansweredShare: share(row.unanswered, row.begun),
    reset: row.reset,
    resetShare: share(row.reset, row.connections),
    handshake: times(row.handshake),
    response: times(row.response),
    packets: row.packets,
    uniqueBytes: row.uniqueBytes,
    retransmittedBytes: row.retransmittedBytes,
    retransmissionShare: share(row.retransmittedBytes, row.uniqueBytes),
    dataSegments: row.dataSegments,
    retransmissions: row.retransmissions,
    closeWait: { client: dwell(row.closeWait.client), server: dwell(row.closeWait.server) },
    timeWait: { client: dwell(row.timeWait.client), server: dwell(row.timeWait.server) },
    findings: row.findings,
  };
}

/** Null where there was nothing to be a part of. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function times(facts: TimesFacts | null) {
  if (facts === null) return null;
  const { samples, min, p50, p95, max } = facts;
  return { samples, min, p50, p95, max };
}

function dwell(facts: DwellFacts | null) {
  return facts === null ? null : { ...times(facts)!, open: facts.open };
}
