import type { Occurrences, Vantage } from './connection.ts';
import type { Moment } from './moment.ts';
import type { TimesFacts } from './services.ts';

export interface Problem {
  readonly kind: 'truncated' | 'damaged';
  readonly offset: number;
  readonly reason: string;
}

/** What is known of one capture as a whole: the subject of capture-scope rules. Counters merge by addition. */
export interface CaptureFacts {
  readonly path: string;
  readonly format: string;
  /** `gzip`, `zstd`, `lz4` or null. */
  readonly compression: string | null;
  /** Frames read, and TCP segments among them. */
  readonly packets: number;
  readonly segments: number;
  readonly connections: number;
  /** Wireshark's `tcp.stream` numbers that are taken. */
  readonly streams: number;
  /** Time of the first record; null in a capture without packets. */
  readonly start: Moment | null;
  /** Latest of: last record, interface statistics, the end that the user gave. */
  readonly end: Moment | null;
  readonly vantage: Vantage;
  readonly problems: readonly Problem[];

  /** How long hosts are taken to hold TIME_WAIT, seconds. */
  readonly timeWaitSeconds: number;
  /** Packets lost by the capture itself, by the file's own counters; null when it does not say. */
  readonly droppedByCapture: number | null;
  /** Frames cut short by the snap length, and the length that cut most of them. */
  readonly cutFrames: number;
  readonly snapLength: number;
  /** Times at which the clock went backwards: count, worst step in seconds, first frame. */
  readonly clockSteps: { readonly count: number; readonly worst: number; readonly firstFrame: number };
  /** Connections by what was seen of them. */
  readonly oneSided: {
    readonly connections: number;
    readonly firstFrame: number;
    readonly examples: readonly number[];
  };
  readonly midstream: {
    readonly connections: number;
    readonly firstFrame: number;
    readonly examples: readonly number[];
  };
  /** Segments recorded twice by the capture (verdict duplicate, how capture), and delivered twice by the network. */
  readonly captureDuplicates: {
    readonly segments: number;
    readonly firstFrame: number;
    readonly examples: readonly number[];
  };
  readonly networkDuplicates: {
    readonly segments: number;
    readonly firstFrame: number;
    readonly examples: readonly number[];
  };
  /** Bytes acknowledged that the capture never saw sent. */
  readonly unseenBytes: { readonly bytes: number; readonly connections: number; readonly firstFrame: number };
  /** Frames that held no TCP the tool could read, by reason (`not TCP`, `link type 999`, `IP fragment`...). */
  readonly skipped: readonly { readonly reason: string; readonly frames: number; readonly firstFrame: number }[];
  readonly traffic: TrafficFacts;

  // Absent where it did not happen, or nobody looked.
  /** Headers that no sane stack sends, by sender: flags that contradict each other, impossible offsets and lengths. */
  readonly illegalFlags?: readonly (HostOccurrences & { readonly flags: string })[];
  readonly badHeaders?: readonly (HostOccurrences & { readonly what: string })[];
  /** Wrong checksums that are not offload, by sender; and whether some payload was too far into the file to be summed. */
  readonly badChecksums?: readonly HostOccurrences[];
  readonly checksumsUnchecked?: boolean;
  /** Hosts whose outgoing packets were recorded before the network card finished them. */
  readonly offload?: readonly (HostOccurrences & { readonly what: 'super-segments' | 'unfinished checksums' })[];
  /** What the analysis had to do without, to stay within its memory. */
  readonly forgotten?: Forgotten;
  /** A neighbour of the same ring buffer continues this file: at which ends, and its name. */
  readonly rotated?: { readonly before: string | null; readonly after: string | null };
}

/** What an analysis gave up for want of memory: its result is that of less than the capture. */
export interface Forgotten {
  /** What it might remember of connections. */
  readonly limitBytes: number;
  /** Connections that ended before their time: what came later for one counts as another. */
  readonly connections: number;
  /** Address and port pairs that had been seen and were forgotten: their later segments begin new streams. */
  readonly tuples: number;
  /** Connections of services for which there was no room: they are missing in what is counted by service. */
  readonly uncounted?: number;
  /** From this frame on. */
  readonly firstFrame: number;
}

/** Occurrences on packets from one host. */
export interface HostOccurrences extends Occurrences {
  readonly address: string;
  /** Some connection numbers. */
  readonly examples: readonly number[];
}

/** Many connections at once: what the traffic rules read. Built by lib/traffic. */
export interface TrafficFacts {
  /** Where there are more than a thousand, without those that were tried at most four times, and in vain: `scans` tell of them. */
  readonly services: readonly ServiceFacts[];
  readonly closers: readonly CloserFacts[];
  /** Sources that tried many ports of one target, or one port of many hosts of a network (/24, /64). */
  readonly scans?: readonly ScanFacts[];
  /** Pairs of client and service with many connections. */
  readonly pairs?: readonly PairFacts[];
  /** Tenths of a second in which three or more connections lost segments (a first retransmission, not spurious). */
  readonly lossBins?: readonly LossBin[];
  /** Such losses in all, a connection counted once a tenth: the chance of meeting in one bin follows from them. */
  readonly losses?: number;
}

/** One source's attempts at one target in its busiest 60 s. */
export interface ScanFacts {
  readonly source: string;
  readonly kind: 'ports' | 'hosts';
  /** The address whose ports were tried, or the network (`10.0.3.0/24`) whose hosts were. */
  readonly target: string;
  /** The port that was tried on all hosts; 0 for a port scan. */
  readonly port: number;
  /** Distinct ports (or hosts) tried, and how they answered. */
  readonly tried: number;
  readonly unanswered: number;
  readonly refused: number;
  /** Ports (or the last byte of hosts) that accepted, some examples. */
  readonly open: readonly number[];
  readonly start: Moment;
  readonly end: Moment;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly examples: readonly number[];
}

/** Connections of one client host to one service. */
export interface PairFacts {
  readonly client: string;
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly connections: number;
  readonly openedPerSecond: readonly (readonly [number, number])[];
  /** Of completed ones: median duration, payload both ways, handshake time, in seconds and bytes. */
  readonly medianDuration: number;
  readonly medianBytes: number;
  readonly medianHandshake: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly examples: readonly number[];
}

export interface LossBin {
  /** Seconds since the capture's start; it lasts 0.1 s. */
  readonly start: number;
  readonly connections: readonly number[];
  /** Hosts that all of them share as sender or receiver, empty without. */
  readonly sharedHosts: readonly string[];
  readonly frames: readonly number[];
}

/** One listener (server address and port) over the whole capture. Bins are whole seconds since `CaptureFacts.start`. */
export interface ServiceFacts {
  readonly address: string;
  readonly port: number;
  readonly connections: number;
  /** Handshakes begun (a first SYN seen), completed, refused, and left without completion. */
  readonly begun: number;
  readonly completed: number;
  readonly refused: number;
  readonly reset: number;
  /** Any segment seen from the service at all. */
  readonly answered: number;
  /** Per second of the SYN: handshakes begun, completed, refused. Sparse: [second, count], ascending. */
  readonly begunPerSecond: readonly (readonly [number, number])[];
  readonly completedPerSecond: readonly (readonly [number, number])[];
  readonly refusedPerSecond: readonly (readonly [number, number])[];
  /** Per second of the reset, for connections that had been established. */
  readonly resetPerSecond?: readonly (readonly [number, number])[];
  /** Those refused, reset once open, and still in CLOSE_WAIT at the end: where they show. */
  readonly refusals?: Cited;
  readonly resets?: Cited;
  readonly closeWaitHeld?: Cited;
  /** Connections of this service whose final ACK it ignored (SYN-ACK repeated although the tap saw the ACK). */
  readonly ignoredAcks?: {
    readonly connections: number;
    /** SYN-ACK repeats on them, connections whose data was ignored, and those reset in the end. */
    readonly repeats: number;
    readonly dataIgnored: number;
    readonly reset: number;
    readonly start: Moment;
    readonly end: Moment;
    readonly firstFrame: number;
    readonly lastFrame: number;
    readonly examples: readonly number[];
  };
  /** Connections whose client's data it acknowledged, and on which it never sent any. Absent for none. */
  readonly unheard?: number;
  /** Request's last byte to response's first byte, less the path's round trip, seconds; absent without responses. */
  readonly responses?: TimesFacts;
  /** Most connections half-open at once (SYN seen, handshake not completed, refused or given up), and when. */
  readonly peakHalfOpen: { readonly count: number; readonly second: number };
  /** Concurrent CLOSE_WAIT at this service: change per second, sparse and ascending. */
  readonly closeWaitPerSecond: readonly (readonly [number, number])[];
  /** Distinct client addresses (exact up to 4,096, an estimate beyond: `sourcesExact` tells), and distinct /24 or /64 networks. */
  readonly sources: number;
  readonly sourceNetworks: number;
  readonly sourcesExact: boolean;
  /** SYN-ACKs of this service with fewer options than the SYN asked for and than it had answered before: a mark of SYN cookies. */
  readonly cookieSigns?: number;
  /** Of the handshakes left incomplete: repeats of a SYN (a real client retries, a flood seldom does), TTL values, first and last frame, some connection numbers. */
  readonly incomplete: {
    readonly connections: number;
    readonly retriedSyns: number;
    readonly synAcksRetried: number;
    readonly answeredBySynAck: number;
    readonly distinctTtls: number;
    readonly firstFrame: number;
    readonly lastFrame: number;
    readonly examples: readonly number[];
  };
}

/** Connections that show something: the last frames of some and of all, and some numbers. */
export interface Cited {
  readonly frames: readonly number[];
  readonly lastFrame: number;
  readonly examples: readonly number[];
}

/** One host that closes first and so keeps TIME_WAIT. */
export interface CloserFacts {
  readonly address: string;
  /** The closer had connected (ports are scarce) or listened (memory only). */
  readonly role: 'connected' | 'listened';
  /** The remote service if it had connected; its own address and port if it had listened. */
  readonly serviceAddress: string;
  readonly servicePort: number;
  /** Closes in all, and per second of the entry into TIME_WAIT: sparse, ascending. */
  readonly closes: number;
  readonly closesPerSecond: readonly (readonly [number, number])[];
  /** Most TIME_WAIT at once, and when (seconds since the capture's start). */
  readonly peak: { readonly count: number; readonly second: number };
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly examples: readonly number[];
}
