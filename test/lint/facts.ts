import type { CaptureFacts } from '../../lib/facts/capture.ts';
import type {
  ConnectionFacts,
  EndpointFacts,
  HandshakeFacts,
  ResetFacts,
  Sighting,
} from '../../lib/facts/connection.ts';
import type { Moment } from '../../lib/facts/moment.ts';

/** Facts made by hand: a healthy connection of two seconds, to change as a test needs it. */
export function moment(seconds: number): Moment {
  const whole = Math.floor(seconds);
  return { seconds: 1_700_000_000 + whole, nanos: Math.round((seconds - whole) * 1e9) };
}

export function sighting(frame: number, seconds: number): Sighting {
  return { frame, time: moment(seconds) };
}

export function endpoint(address: string, port: number, changes: Partial<EndpointFacts> = {}): EndpointFacts {
  return {
    address,
    port,
    finalState: 'ESTABLISHED',
    spells: [],
    packets: 5,
    bytes: 1000,
    uniqueBytes: 1000,
    dataSegments: 2,
    retransmissions: 0,
    retransmittedBytes: 0,
    spurious: 0,
    reordered: 0,
    duplicates: 0,
    keepAlives: 0,
    zeroWindowProbes: 0,
    maxWindow: 64240,
    mss: 1460,
    windowScale: 7,
    sackPermitted: true,
    timestamps: true,
    synSeen: true,
    largestSegment: 500,
    ackedUnseen: 0,
    fin: null,
    firstData: sighting(4, 0.1),
    lastNewData: sighting(6, 0.5),
    unacknowledged: 0,
    retransmissionRuns: [],
    repeatChains: [],
    reorderings: null,
    zeroWindowSpells: [],
    zeroWindowTime: 0,
    keepAliveRuns: [],
    rtt: null,
    flightVisible: true,
    limitedBy: null,
    ...changes,
  };
}

export function handshake(changes: Partial<HandshakeFacts> = {}): HandshakeFacts {
  return {
    syns: [sighting(1, 0)],
    synCount: 1,
    synAcks: [sighting(2, 0.01)],
    synAckCount: 1,
    ack: sighting(3, 0.02),
    synAcksAfterAck: 0,
    rtt: 0.02,
    clientRtt: 0.01,
    serverRtt: 0.01,
    refused: null,
    wrongAck: null,
    simultaneous: false,
    isnChanged: null,
    synData: null,
    earlyData: null,
    ...changes,
  };
}

export function connection(changes: Partial<ConnectionFacts> = {}): ConnectionFacts {
  return {
    connection: 0,
    notes: -1,
    streams: [changes.connection ?? 0],
    client: endpoint('10.0.0.1', 40000),
    server: endpoint('10.0.0.2', 80),
    tunnel: null,
    roleConfidence: 'handshake',
    start: moment(0),
    end: moment(2),
    firstFrame: 1,
    lastFrame: 10,
    watchedAfter: 10,
    handshakeSeen: true,
    handshake: handshake(),
    closedBy: null,
    closeKind: 'open',
    vantage: 'middle',
    resets: [],
    icmpErrors: [],
    timeline: [],
    reuse: null,
    straySyns: [],
    ...changes,
  };
}

const NONE = { connections: 0, segments: 0, firstFrame: 0, examples: [] };

export function capture(changes: Partial<CaptureFacts> = {}): CaptureFacts {
  return {
    path: 'test.pcap',
    format: 'pcap',
    compression: null,
    packets: 100,
    segments: 100,
    connections: 10,
    streams: 10,
    start: moment(0),
    end: moment(60),
    vantage: 'middle',
    problems: [],
    timeWaitSeconds: 60,
    droppedByCapture: null,
    cutFrames: 0,
    snapLength: 262144,
    clockSteps: { count: 0, worst: 0, firstFrame: 0 },
    oneSided: NONE,
    midstream: NONE,
    captureDuplicates: NONE,
    networkDuplicates: NONE,
    unseenBytes: { bytes: 0, connections: 0, firstFrame: 0 },
    skipped: [],
    traffic: { services: [], closers: [] },
    ...changes,
  };
}

/** A RST of the server's that fits and is accepted, and destroys nothing. */
export function reset(changes: Partial<ResetFacts> = {}): ResetFacts {
  return {
    frame: 9,
    time: moment(2),
    from: 'server',
    fromState: 'ESTABLISHED',
    toState: 'ESTABLISHED',
    fit: 'exact',
    accepted: true,
    unacknowledgedFromClient: 0,
    unacknowledgedFromServer: 0,
    ttl: 64,
    usualTtl: 64,
    ipId: 5,
    talkedOn: 0,
    ...changes,
  };
}
