import type { Moment } from './moment.ts';

/** Where the tap stands, seen from one connection. */
export type Vantage = 'client' | 'server' | 'middle' | 'unknown';

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
  /** Time of the first record; null in a capture without packets. */
  readonly start: Moment | null;
  /** End of the capture as CONTRACT.md defines it. */
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
}

/** Many connections at once: what the traffic rules read. Built by lib/traffic. */
export interface TrafficFacts {
  readonly services: readonly ServiceFacts[];
  readonly closers: readonly CloserFacts[];
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
