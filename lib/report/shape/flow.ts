import type { ConnectionFacts, EndpointFacts, ZeekRowFacts } from '../../facts/connection.ts';
import { epoch, lasting } from '../../facts/moment.ts';
import { json } from '../escape.ts';

/**
 * One connection as `flows` prints it. A row waits for the rules until the capture ends, and there may be very many:
 * so it waits as its JSON text, all but the findings, which is a small part of the facts that it was made from.
 */
export interface FlowRow {
  readonly text: string;
  /** Ids of the rules that found something; absent when none ran, and for rows that are only Zeek's. */
  readonly findings?: readonly string[];
  /** Not a connection, but a further row that Zeek's conn.log has for the one before. */
  readonly onlyZeek?: true;
}

export function flowText(facts: ConnectionFacts): string {
  return json(flowShape(facts));
}

/** The rows that Zeek's conn.log has for this connection besides. */
export function furtherZeekTexts(facts: ConnectionFacts): string[] {
  return (facts.furtherZeekRows ?? []).map((row) => json(zeekShape(facts, row)));
}

/** The row as one JSON object. */
export function flowJson({ text, findings }: FlowRow, prefix: string): string {
  const found = findings === undefined ? '' : `,"findings":${JSON.stringify(findings)}`;
  return `{${prefix}${text.slice(1, -1)}${found}}`;
}

/** The row as it is in JSON, for formats that pick from it. */
export function flowOf({ text, findings = [] }: FlowRow): FlowShape & { readonly findings: readonly string[] } {
  return { ...(JSON.parse(text) as FlowShape), findings };
}

export type FlowShape = ReturnType<typeof flowShape>;

/** What the facts do not hold (undefined) is absent. */
function flowShape(facts: ConnectionFacts) {
  return {
    ...identity(facts),
    ...extent(facts),
    states: { client: facts.client.finalState, server: facts.server.finalState },
    closedBy: facts.closedBy,
    closeKind: facts.closeKind,
    completeness: facts.completeness,
    connState: facts.connState,
    history: facts.history,
    metrics: facts.metrics && { fromClient: facts.metrics.client, fromServer: facts.metrics.server },
    vantage: facts.vantage,
    fromClient: direction(facts.client),
    fromServer: direction(facts.server),
    handshake: {
      rtt: whole(facts.handshake.rtt),
      clientRtt: whole(facts.handshake.clientRtt),
      serverRtt: whole(facts.handshake.serverRtt),
      synRetries: Math.max(0, facts.handshake.synCount - 1),
      synAckRetries: Math.max(0, facts.handshake.synAckCount - 1),
    },
    rtt: { fromClient: facts.client.rtt, fromServer: facts.server.rtt },
    limitedBy: { fromClient: facts.client.limitedBy, fromServer: facts.server.limitedBy },
  };
}

/** A sum of differences, in whole nanoseconds again. */
function whole(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 1e9) / 1e9;
}

/** Only Zeek's words, and what this row of Zeek's took in. */
function zeekShape(facts: ConnectionFacts, row: ZeekRowFacts) {
  return {
    ...identity(facts),
    ...extent(row),
    completeness: facts.completeness,
    onlyZeek: true,
    connState: row.connState,
    history: row.history,
    fromClient: { packets: row.packetsFromClient, bytes: row.bytesFromClient },
    fromServer: { packets: row.packetsFromServer, bytes: row.bytesFromServer },
  };
}

function identity(facts: ConnectionFacts) {
  return {
    connection: facts.connection,
    streams: facts.streams,
    stream: facts.streams[0],
    client: endpoint(facts.client),
    server: endpoint(facts.server),
    tunnel: facts.tunnel,
    roleConfidence: facts.roleConfidence,
  };
}

function extent({ start, end, firstFrame, lastFrame }: ConnectionFacts | ZeekRowFacts) {
  return { start: epoch(start), end: epoch(end), duration: lasting(start, end), firstFrame, lastFrame };
}

function endpoint({ address, port, name }: EndpointFacts): Pick<EndpointFacts, 'address' | 'port' | 'name'> {
  return { address, port, ...(name === undefined ? {} : { name }) };
}

function direction(sender: EndpointFacts) {
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
