import type { ConnectionFacts, EndpointFacts } from '../../facts/connection.ts';
import { epoch, secondsBetween } from '../../facts/moment.ts';

/** One connection as `flows` prints it: the facts, and the rules that found something in it. */
export interface FlowRow {
  readonly facts: ConnectionFacts;
  /** Rule ids; absent when no rules ran. */
  readonly findings?: readonly string[];
}

/** The row as JSON. What the facts do not hold (undefined) is absent. */
export function flowShape({ facts, findings }: FlowRow): object {
  return {
    connection: facts.connection,
    streams: facts.streams,
    stream: facts.streams[0],
    client: endpoint(facts.client),
    server: endpoint(facts.server),
    tunnel: facts.tunnel,
    roleConfidence: facts.roleConfidence,
    start: epoch(facts.start),
    end: epoch(facts.end),
    duration: secondsBetween(facts.start, facts.end),
    firstFrame: facts.firstFrame,
    lastFrame: facts.lastFrame,
    states: { client: facts.client.finalState, server: facts.server.finalState },
    closedBy: facts.closedBy,
    closeKind: facts.closeKind,
    completeness: facts.completeness,
    connState: facts.connState,
    history: facts.history,
    vantage: facts.vantage,
    fromClient: direction(facts.client),
    fromServer: direction(facts.server),
    handshake: {
      rtt: facts.handshake.rtt,
      clientRtt: facts.handshake.clientRtt,
      serverRtt: facts.handshake.serverRtt,
      synRetries: Math.max(0, facts.handshake.synCount - 1),
      synAckRetries: Math.max(0, facts.handshake.synAckCount - 1),
    },
    rtt: { fromClient: facts.client.rtt, fromServer: facts.server.rtt },
    limitedBy: { fromClient: facts.client.limitedBy, fromServer: facts.server.limitedBy },
    findings,
  };
}

function endpoint({ address, port, name }: EndpointFacts): object {
  return { address, port, name };
}

function direction(sender: EndpointFacts): object {
  return {
    packets: sender.packets,
    bytes: sender.bytes,
    uniqueBytes: sender.uniqueBytes,
    retransmissions: sender.retransmissions,
    retransmittedBytes: sender.retransmittedBytes,
    reordered: sender.reordered,
    duplicates: sender.duplicates,
    zeroWindowTime: sender.zeroWindowTime,
    maxWindow: sender.maxWindow,
    mss: sender.mss,
    windowScale: sender.windowScale,
    sackPermitted: sender.sackPermitted,
    timestamps: sender.timestamps,
  };
}
