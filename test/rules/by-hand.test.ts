import { describe, it } from 'vitest';
import type { CaptureFacts, ServiceFacts } from '../../lib/facts/capture.ts';
import type {
  ConnectionFacts,
  EndpointFacts,
  Occurrences,
  RetransmissionRun,
  Silence,
} from '../../lib/facts/connection.ts';
import { type ExpectedFinding, testRule } from '../../lib/lint/rule-tester.ts';
import { RULES } from '../../lib/rules/index.ts';
import { capture, connection, endpoint, handshake, moment, reset, sighting } from '../lint/facts.ts';

/** Rules on facts made by hand: one firing case, and the same just under the threshold. */
interface Case {
  readonly id: string;
  readonly fires: ConnectionFacts | CaptureFacts;
  readonly says: ExpectedFinding | readonly ExpectedFinding[];
  readonly nearMiss: ConnectionFacts | CaptureFacts;
}

function times(count: number): Occurrences {
  return { count, frames: [5, 6], start: moment(1), end: moment(2) };
}

function client(changes: Partial<EndpointFacts>): ConnectionFacts {
  return connection({ client: endpoint('10.0.0.1', 40000, changes) });
}

function server(changes: Partial<EndpointFacts>): ConnectionFacts {
  return connection({ server: endpoint('10.0.0.2', 80, changes) });
}

function warning(message: string, more: Partial<ExpectedFinding> = {}): ExpectedFinding {
  return { severity: 'warning', confidence: 'high', message, ...more };
}

function note(message: string, more: Partial<ExpectedFinding> = {}): ExpectedFinding {
  return { severity: 'note', confidence: 'high', message, ...more };
}

const SERVICE: ServiceFacts = {
  address: '10.0.0.2',
  port: 80,
  connections: 100,
  begun: 100,
  completed: 100,
  refused: 0,
  reset: 0,
  answered: 100,
  begunPerSecond: [],
  completedPerSecond: [],
  refusedPerSecond: [],
  peakHalfOpen: { count: 0, second: 0 },
  closeWaitPerSecond: [],
  sources: 1,
  sourceNetworks: 1,
  sourcesExact: true,
  incomplete: {
    connections: 0,
    retriedSyns: 0,
    synAcksRetried: 0,
    answeredBySynAck: 0,
    distinctTtls: 0,
    firstFrame: 0,
    lastFrame: 0,
    examples: [],
  },
};

function service(changes: Partial<ServiceFacts>): CaptureFacts {
  return capture({ traffic: { services: [{ ...SERVICE, ...changes }], closers: [] } });
}

const HOST = { address: '10.0.0.9', examples: [3] };

const SCAN = {
  source: '10.0.0.9',
  kind: 'ports',
  target: '10.0.0.2',
  port: 0,
  tried: 20,
  unanswered: 6,
  refused: 12,
  open: [22, 80],
  start: moment(0),
  end: moment(2),
  firstFrame: 1,
  lastFrame: 60,
  examples: [0, 1],
} as const;

const PAIR = {
  client: '10.0.0.1',
  serverAddress: '10.0.0.2',
  serverPort: 80,
  connections: 120,
  openedPerSecond: Array.from({ length: 10 }, (_, second) => [second, 10] as const),
  medianDuration: 0.06,
  medianBytes: 600,
  medianHandshake: 0.02,
  firstFrame: 1,
  lastFrame: 900,
  examples: [0],
};

const RESET = reset();

function silence(seconds: number, changes: Partial<Silence> = {}): ConnectionFacts {
  const idle = { start: moment(1), end: moment(1 + seconds), brokenBy: 'client', frame: 8, bytes: 100 } as const;
  return connection({
    end: moment(1 + seconds),
    silences: [{ ...idle, answer: 'reset', answerFrame: 9, ...changes }],
  });
}

function slow(seconds: number, count = 10): ConnectionFacts {
  const worst = { seconds, request: sighting(7, 1), response: sighting(8, 1 + seconds) };
  return connection({ responses: { count: 20, p50: 0.2, worst, service: { p50: 0.2, count } } });
}

function run(changes: Partial<RetransmissionRun>): RetransmissionRun {
  return {
    start: moment(1),
    end: moment(1.5),
    firstFrame: 5,
    lastFrame: 7,
    frames: [5, 7],
    segments: 12,
    bytes: 12_000,
    densest: 4,
    by: { fast: 12 },
    spurious: 0,
    unsure: 0,
    tail: false,
    stall: 0,
    unresolved: false,
    ...changes,
  };
}

const bin = (start: number, connections: readonly number[]) => ({
  start,
  connections,
  sharedHosts: ['10.0.0.2'],
  frames: [start * 10],
});

const CASES: readonly Case[] = [
  {
    id: 'syn-data-ignored',
    fires: connection({
      handshake: handshake({ synData: { bytes: 100, fastOpen: true, acknowledged: 0, frame: 1 } }),
    }),
    says: note('Server 10.0.0.2:80 did not take 100 bytes that client 10.0.0.1:40000 sent with its SYN by Fast Open.', {
      impact: { bytes: 100 },
      frames: [1, 2],
    }),
    nearMiss: connection({
      handshake: handshake({ synData: { bytes: 100, fastOpen: true, acknowledged: 100, frame: 1 } }),
    }),
  },
  {
    id: 'syn-data-without-tfo',
    fires: connection({ handshake: handshake({ synData: { bytes: 9, fastOpen: false, acknowledged: 0, frame: 1 } }) }),
    says: warning(
      'Client 10.0.0.1:40000 sent 9 bytes with its SYN to server 10.0.0.2:80 without the Fast Open option.',
    ),
    nearMiss: connection({
      handshake: handshake({ synData: { bytes: 9, fastOpen: true, acknowledged: 0, frame: 1 } }),
    }),
  },
  {
    id: 'early-data',
    fires: connection({ handshake: handshake({ earlyData: sighting(2, 0.001) }) }),
    says: warning(
      'Client 10.0.0.1:40000 sent data to server 10.0.0.2:80 before any answer to its SYN, without Fast Open.',
    ),
    nearMiss: connection({
      handshake: handshake({ earlyData: sighting(2, 0.001) }),
      client: endpoint('10.0.0.1', 40000, { ackedUnseen: 100 }),
    }),
  },
  {
    id: 'synack-wrong-ack',
    fires: connection({
      handshake: handshake({ wrongAck: { frame: 2, time: moment(0.01), acknowledged: 777, expected: 1001 } }),
    }),
    says: warning(
      'Server 10.0.0.2:80 answered the SYN of client 10.0.0.1:40000 by acknowledging 777 instead of 1001.',
      { impact: { seconds: 0.02 } },
    ),
    nearMiss: connection(),
  },
  {
    id: 'handshake-slow',
    fires: connection({ handshake: handshake({ rtt: 0.11, usualRtt: 0.02 }) }),
    says: warning(
      'The handshake of client 10.0.0.1:40000 with server 10.0.0.2:80 took 110 ms, 6 times the usual 20 ms, without a retry: 10 ms on the server’s side of the tap, 10 ms on the client’s.',
    ),
    nearMiss: connection({ handshake: handshake({ rtt: 0.099, usualRtt: 0.01 }) }),
  },
  {
    id: 'window-scale-one-sided',
    fires: connection({
      server: endpoint('10.0.0.2', 80, {
        windowScale: null,
        limitedBy: { application: 0.1, receiveWindow: 0.5, network: 0.4 },
        rtt: { min: 0.1, p50: 0.1, p95: 0.1, max: 0.1, samples: 50 },
      }),
    }),
    says: warning(
      'Server 10.0.0.2:80 answered without the window scaling that client 10.0.0.1:40000 offered: windows stay below 64 KiB; what the server sent to the client was held back by it for 50 % of the time (5.24 Mbit/s at this round trip).',
    ),
    nearMiss: connection({ server: endpoint('10.0.0.2', 80, { windowScale: null, synSeen: false }) }),
  },
  {
    id: 'old-duplicate',
    fires: connection({ oldDuplicates: { ...times(2), from: 'server' } }),
    says: warning(
      '2 segments of an earlier connection from server 10.0.0.2:80 turned up in this one with client 10.0.0.1:40000.',
      {
        confidence: 'medium',
      },
    ),
    nearMiss: connection({ reuse: { previous: 0, secondsIntoTimeWait: 2, refused: false } }),
  },
  {
    id: 'time-wait-reuse',
    fires: connection({ reuse: { previous: 3, secondsIntoTimeWait: 12, refused: true } }),
    says: warning(
      'Client 10.0.0.1:40000 reused its port to server 10.0.0.2:80 12 s into the TIME_WAIT of connection 3; the server first answered for the old connection.',
    ),
    nearMiss: connection(),
  },
  {
    id: 'reset-lost-data',
    fires: connection({
      client: endpoint('10.0.0.1', 40000, { uniqueBytes: 300 }),
      server: endpoint('10.0.0.2', 80, { uniqueBytes: 0 }),
      resets: [RESET],
    }),
    says: warning(
      'Server 10.0.0.2:80 reset the connection and destroyed perhaps 300 bytes from client 10.0.0.1:40000, acknowledged but never answered, and maybe not read.',
      { confidence: 'low', impact: { bytes: 0 } },
    ),
    nearMiss: connection({ resets: [{ ...RESET, unacknowledgedFromClient: 10, accepted: false }] }),
  },
  {
    id: 'reset-suspicious',
    fires: connection({ resets: [{ ...RESET, ttl: 118, ipIdFits: false }] }),
    says: warning(
      'A reset in the name of server 10.0.0.2:80, to client 10.0.0.1:40000, does not look like its own: its TTL is 118, usually 64 and its IP ID does not continue the sender’s counting.',
    ),
    nearMiss: connection({ resets: [{ ...RESET, ttl: 62, ipId: 0, ipIdFits: false }] }),
  },
  {
    id: 'reset-after-idle',
    fires: silence(60),
    says: warning(
      'After 60 s of silence the data of client 10.0.0.1:40000 was answered by RST from server 10.0.0.2:80.',
    ),
    nearMiss: silence(59.9),
  },
  {
    id: 'path-mtu-blackhole',
    fires: server({
      largestAcked: 600,
      repeatChains: [
        {
          seq: 1,
          bytes: 1460,
          what: 'data',
          sent: [sighting(5, 1), sighting(6, 1.25), sighting(7, 1.75), sighting(8, 2.75)],
          repeats: 3,
          acknowledged: null,
        },
      ],
    }),
    says: {
      severity: 'error',
      confidence: 'medium',
      message:
        'Segments of 1,460 bytes from server 10.0.0.2:80 to client 10.0.0.1:40000 vanish while segments up to 600 bytes passed, 4 times over 1.75 s; no ICMP "fragmentation needed" was seen.',
    },
    nearMiss: server({
      largestAcked: 1460,
      repeatChains: [
        {
          seq: 1,
          bytes: 1460,
          what: 'data',
          sent: [sighting(5, 1), sighting(6, 1.25), sighting(7, 1.75), sighting(8, 2.75)],
          repeats: 3,
          acknowledged: null,
        },
      ],
    }),
  },
  {
    id: 'spurious-retransmission',
    fires: client({ dataSegments: 1000, retransmissions: 12, retransmissionRuns: [run({ spurious: 10 })] }),
    says: warning(
      'Client 10.0.0.1:40000 sent 10 segments to server 10.0.0.2:80 again that had already arrived (1 % of its data segments).',
    ),
    nearMiss: client({ spurious: 1, retransmissionRuns: [run({ spurious: 1, by: { fin: 1 } })] }),
  },
  {
    id: 'retransmission-differs',
    fires: client({ differing: { ...times(1), bytes: 12 } }),
    says: {
      severity: 'error',
      confidence: 'high',
      message:
        'Client 10.0.0.1:40000 sent 12 bytes of its stream to server 10.0.0.2:80 again with other content, in 1 segment.',
    },
    nearMiss: client({ retransmissions: 3 }),
  },
  {
    id: 'duplicate-ack-storm',
    fires: client({ duplicateAcks: { ...times(150), densest: 100 } }),
    says: warning('Client 10.0.0.1:40000 sent server 10.0.0.2:80 up to 100 duplicate ACKs in one second, 150 in all.'),
    nearMiss: client({ duplicateAcks: { ...times(150), densest: 99 } }),
  },
  {
    id: 'window-limited',
    fires: client({
      uniqueBytes: 131_072,
      limitedBy: { application: 0.1, receiveWindow: 0.3, network: 0.6 },
      rtt: { min: 0.05, p50: 0.05, p95: 0.06, max: 0.07, samples: 50 },
    }),
    says: warning(
      'Client 10.0.0.1:40000 was held back by the window of server 10.0.0.2:80 for 30 % of its 131 kB transfer: the window reached 64.2 kB; at 50 ms round trip it allows 10.3 Mbit/s.',
    ),
    nearMiss: client({ uniqueBytes: 131_072, limitedBy: { application: 0.2, receiveWindow: 0.29, network: 0.51 } }),
  },
  {
    id: 'window-shrunk',
    fires: server({ windowShrinks: { ...times(1), bytes: 39_000 } }),
    says: warning('Server 10.0.0.2:80 took back window it had offered client 10.0.0.1:40000, once, by up to 39 kB.'),
    nearMiss: server({ maxWindow: 1000 }),
  },
  {
    id: 'silly-window',
    fires: connection({
      client: endpoint('10.0.0.1', 40000, { sillySegments: times(100) }),
      server: endpoint('10.0.0.2', 80, { sillyWindows: times(120) }),
    }),
    says: [
      warning('Client 10.0.0.1:40000 sent tiny segments to server 10.0.0.2:80, 100 times in a row.', {
        confidence: 'medium',
      }),
      warning('Server 10.0.0.2:80 opened its window by a few bytes for client 10.0.0.1:40000, 120 times in a row.', {
        confidence: 'medium',
      }),
    ],
    nearMiss: client({ sillySegments: times(99) }),
  },
  {
    id: 'nagle-delayed-ack',
    fires: client({ nagleWaits: { ...times(10), seconds: 0.4 } }),
    says: warning(
      'Client 10.0.0.1:40000 waited 10 times for a delayed ACK of server 10.0.0.2:80 before it sent its next small segment: 400 ms lost.',
      { confidence: 'medium', impact: { seconds: 0.4 } },
    ),
    nearMiss: client({ nagleWaits: { ...times(9), seconds: 0.4 } }),
  },
  {
    id: 'rtt-inflated',
    fires: client({ uniqueBytes: 80_000, rtt: { min: 0.04, p50: 0.1, p95: 0.16, max: 0.3, samples: 20 } }),
    says: warning(
      'Round trips from client 10.0.0.1:40000 to server 10.0.0.2:80 grew from 40 ms to 160 ms (95th percentile) while it sent 80 kB.',
      { confidence: 'medium' },
    ),
    nearMiss: client({ uniqueBytes: 80_000, rtt: { min: 0.04, p50: 0.1, p95: 0.159, max: 0.3, samples: 20 } }),
  },
  {
    id: 'slow-response',
    fires: slow(1),
    says: warning(
      'Server 10.0.0.2:80 took 1 s to begin its answer to client 10.0.0.1:40000, 5 times this service’s median of 200 ms, the path’s round trip not counted.',
      { confidence: 'medium', impact: { seconds: 1 } },
    ),
    nearMiss: slow(0.99),
  },
  {
    id: 'illegal-flags',
    fires: capture({ illegalFlags: [{ ...HOST, ...times(3), flags: 'SYN+FIN' }] }),
    says: warning('Host 10.0.0.9 sent 3 segments with the flags SYN+FIN, which no stack sends together.'),
    nearMiss: capture({ illegalFlags: [] }),
  },
  {
    id: 'bad-header',
    fires: capture({ badHeaders: [{ ...HOST, ...times(1), what: 'data offset of 16 bytes' }] }),
    says: warning('Host 10.0.0.9 sent 1 segment with an impossible header: data offset of 16 bytes.'),
    nearMiss: capture({ badHeaders: [] }),
  },
  {
    id: 'bad-checksum',
    fires: capture({ badChecksums: [{ ...HOST, ...times(2) }] }),
    says: warning('2 segments from host 10.0.0.9 arrived with a wrong checksum.'),
    nearMiss: capture({ offload: [{ ...HOST, ...times(2), what: 'unfinished checksums' }] }),
  },
  {
    id: 'ack-of-unsent',
    fires: client({ ackedUnsent: { ...times(1), bytes: 3000 } }),
    says: warning(
      'Client 10.0.0.1:40000 acknowledged 3,000 bytes that server 10.0.0.2:80 sent only later, in 1 segment.',
      {
        confidence: 'medium',
      },
    ),
    nearMiss: client({ ackedUnseen: 3000 }),
  },
  {
    id: 'out-of-window',
    fires: client({ outOfWindow: times(10) }),
    says: warning(
      '10 segments in the name of client 10.0.0.1:40000 had sequence numbers that server 10.0.0.2:80 cannot accept.',
      {
        confidence: 'medium',
      },
    ),
    nearMiss: connection(),
  },
  {
    id: 'timestamp-regression',
    fires: client({ timestampRegressions: { ...times(1), worst: 8600 } }),
    says: note(
      'The timestamps of client 10.0.0.1:40000 to server 10.0.0.2:80 went backwards once, by up to 8,600 ticks.',
      {
        confidence: 'medium',
      },
    ),
    nearMiss: connection(),
  },
  {
    id: 'ttl-changed',
    fires: server({ ttlChanges: { ...times(2), usual: 57, other: 52 } }),
    says: note('The TTL of server 10.0.0.2:80 to client 10.0.0.1:40000 changed from 57 to 52, in 2 packets.', {
      confidence: 'medium',
    }),
    nearMiss: connection(),
  },
  {
    id: 'urgent-data',
    fires: client({ urgent: times(1) }),
    says: note('Client 10.0.0.1:40000 sent 1 segment of urgent data to server 10.0.0.2:80.'),
    nearMiss: connection(),
  },
  {
    id: 'ecn-broken',
    fires: client({ ecnIgnored: { ...times(2), what: 'CE not echoed' } }),
    says: note('Client 10.0.0.1:40000 did not echo 2 congestion marks on packets of server 10.0.0.2:80.', {
      confidence: 'medium',
    }),
    nearMiss: connection(),
  },
  {
    id: 'port-scan',
    fires: capture({ traffic: { services: [], closers: [], scans: [SCAN] } }),
    says: warning('Host 10.0.0.9 tried 20 ports of 10.0.0.2 in 2 s: 12 refused, 6 silent; open: 22 and 80.'),
    nearMiss: capture({ traffic: { services: [], closers: [], scans: [{ ...SCAN, unanswered: 3 }] } }),
  },
  {
    id: 'host-sweep',
    fires: capture({
      traffic: {
        services: [],
        closers: [],
        scans: [{ ...SCAN, kind: 'hosts', target: '10.0.3.0/24', port: 445, open: [] }],
      },
    }),
    says: warning(
      'Host 10.0.0.9 tried 20 hosts of 10.0.3.0/24 on port 445 in 2 s: 12 refused, 6 silent; none is open.',
    ),
    nearMiss: capture({
      traffic: { services: [], closers: [], scans: [{ ...SCAN, kind: 'hosts', tried: 19, unanswered: 7 }] },
    }),
  },
  {
    id: 'close-wait-leak',
    fires: service({
      closeWaitPerSecond: [
        [1, 4],
        [9, 4],
        [20, 2],
      ],
    }),
    says: {
      severity: 'error',
      confidence: 'high',
      message:
        'Server 10.0.0.2:80 holds 10 connections in CLOSE_WAIT at the end of the capture; their number only grew, by about 32 a minute.',
    },
    nearMiss: service({
      closeWaitPerSecond: [
        [1, 4],
        [9, 9],
        [15, -1],
        [20, 2],
      ],
    }),
  },
  {
    id: 'accept-queue-overflow',
    fires: service({
      ignoredAcks: {
        connections: 3,
        repeats: 6,
        dataIgnored: 2,
        reset: 0,
        start: moment(0),
        end: moment(4),
        firstFrame: 2,
        lastFrame: 30,
        examples: [0, 1, 2],
      },
    }),
    says: {
      severity: 'error',
      confidence: 'high',
      message:
        'Server 10.0.0.2:80 ignored the final ACK of 3 connections and repeated its SYN-ACK 6 times; data ignored on 2: its accept queue is full.',
    },
    nearMiss: service({
      ignoredAcks: {
        connections: 2,
        repeats: 6,
        dataIgnored: 2,
        reset: 0,
        start: moment(0),
        end: moment(4),
        firstFrame: 2,
        lastFrame: 30,
        examples: [0, 1],
      },
    }),
  },
  {
    id: 'connection-churn',
    fires: capture({ traffic: { services: [], closers: [], pairs: [PAIR] } }),
    says: warning(
      'Host 10.0.0.1 opened 120 connections to server 10.0.0.2:80, up to 10 a second, for 600 bytes and 60 ms each: the handshakes alone took 2.4 s together.',
    ),
    nearMiss: capture({
      traffic: { services: [], closers: [], pairs: [{ ...PAIR, openedPerSecond: PAIR.openedPerSecond.slice(1) }] },
    }),
  },
  {
    id: 'reset-storm',
    fires: service({
      reset: 20,
      resetPerSecond: [
        [3, 15],
        [12, 5],
      ],
    }),
    says: warning(
      '20 connections of server 10.0.0.2:80 were reset within 10 s; 20 % of all its connections in this capture.',
    ),
    nearMiss: service({
      reset: 20,
      resetPerSecond: [
        [3, 15],
        [13, 5],
      ],
    }),
  },
  {
    id: 'correlated-loss',
    fires: capture({
      traffic: { services: [], closers: [], losses: 6, lossBins: [bin(1, [1, 2, 3]), bin(1.2, [3, 4])] },
    }),
    says: warning('3 connections lost segments within 100 milliseconds; they share 10.0.0.2: one cause.', {
      confidence: 'medium',
      impact: { connections: 3 },
    }),
    nearMiss: capture({ traffic: { services: [], closers: [], losses: 600, lossBins: [bin(1, [1, 2, 3])] } }),
  },
  {
    id: 'network-duplicates',
    fires: capture({ networkDuplicates: { segments: 4, firstFrame: 9, examples: [9] } }),
    says: warning(
      'The network delivered 4 segments (4 % of all) twice: the receivers reported or answered the copies.',
    ),
    nearMiss: capture({ captureDuplicates: { segments: 1, firstFrame: 9, examples: [9] } }),
  },
  {
    id: 'capture-memory',
    fires: capture({ forgotten: { limitBytes: 64_000_000, connections: 1204, tuples: 1, firstFrame: 2048 } }),
    says: warning(
      'To stay within 64 MB of memory for connections, 1,204 connections ended early and 1 pair of address and port was forgotten from frame 2048 on.',
    ),
    nearMiss: capture({ midstream: { connections: 1, firstFrame: 1, examples: [0] } }),
  },
  {
    id: 'capture-rotated',
    fires: capture({ rotated: { before: 'x_00001.pcap', after: null } }),
    says: note('This capture begins where x_00001.pcap ends: read them together with --join.'),
    nearMiss: capture({ rotated: { before: null, after: null } }),
  },
  {
    id: 'capture-offload',
    fires: capture({ offload: [{ ...HOST, ...times(2), what: 'super-segments' }] }),
    says: note(
      '2 packets of host 10.0.0.9 are longer than the receiver’s MSS: recorded before a network card cut them, or after one had joined them (offload).',
    ),
    nearMiss: capture({ badChecksums: [{ ...HOST, ...times(2) }] }),
  },
  {
    id: 'capture-offload',
    fires: capture({
      offload: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((address) => ({
        ...HOST,
        ...times(2),
        address,
        what: 'unfinished checksums' as const,
      })),
    }),
    says: note(
      '8 packets of 4 hosts have unfinished checksums: recorded before the network card filled them in (offload), or rewritten since.',
    ),
    nearMiss: capture({}),
  },
];

describe('on facts made by hand', () => {
  for (const { id, fires, says, nearMiss } of CASES) {
    it(`${id} fires, and not just under its threshold`, () => {
      const rule = RULES.find(({ meta }) => meta.id === id)!;
      testRule(rule, {
        firing: [{ name: 'fires', facts: fires, findings: [says].flat() }],
        silent: [{ name: 'near miss', facts: nearMiss }],
      });
    });
  }
});
