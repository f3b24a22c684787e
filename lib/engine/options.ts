import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import type { Moment } from '../facts/moment.ts';
import type { PacketRow } from '../facts/packet-row.ts';
import type { StreamConnection, StreamEvent, StreamOptions } from '../facts/stream.ts';
import type { Segment } from '../packet/segment.ts';
import type { Connection } from '../tcp/connection.ts';
import type { LoneSyn } from '../tcp/entries/lone.ts';
import type { Judgement } from '../tcp/verdict/judgement.ts';

/** What an analysis is asked for. Everything is off that nobody asks for. */
export interface AnalyzerOptions {
  /** How long hosts hold TIME_WAIT, seconds. Default 60 (Linux); RFC 9293 says 4 minutes. */
  readonly timeWaitSeconds?: number;
  /** The end of the capture, if it lasted beyond its last record. */
  readonly captureEnd?: Moment;
  /** Only so many packets are read. */
  readonly limit?: number;
  /**
   * What may be remembered of connections, bytes: counted, not measured. Beyond, 4-tuples seen first are forgotten and
   * connections quiet longest end early, and `CaptureFacts.forgotten` tells how many. By default
   * some 260,000 live connections and 40 million 4-tuples, 3 GiB as counted here.
   */
  readonly maxMemory?: number;
  /** Name of the capture in results. */
  readonly path?: string;
  /** Compression that the bytes were found in, for the record. */
  readonly compression?: string | null;
  /** Called once per connection (but see `wake`) when it ends or leaves memory; the facts may be kept. */
  readonly onConnection?: (facts: ConnectionFacts) => void;
  /**
   * Notes that make a connection worth `onConnection` (facts/notes.ts); by default EVERY_CONNECTION. The
   * linter passes the union of what its rules wake on, so that a healthy connection costs no facts. Connections that are
   * over leave memory early then: what comes later for one is told, if it is worth it, by itself under the same number.
   */
  readonly wake?: number;
  /**
   * Facts are only lent to `onConnection`: valid until it returns, read property by property (no copy, no spread), and made
   * as they are read. For whoever looks at little of many connections. Without effect on facts with labels or metrics.
   */
  readonly lends?: boolean;
  /**
   * Called for every lone SYN that is not worth `onConnection` because others like it are shown (`alike`), or it is too young
   * to prove anything; without it, whoever wants every connection is shown these too. Borrowed; its segment holds addresses,
   * ports, time, frame and TTL.
   */
  readonly onLoneSyn?: (lone: LoneSyn) => void;
  /** Who is called what: names stand beside addresses in facts. `own`: what the capture itself calls the address. */
  readonly nameOf?: (address: string, port: number, own?: string) => string | undefined;
  /** Called for every TCP segment, in capture order, once its verdict is final. */
  readonly onPacket?: (row: PacketRow) => void;
  /** Called for every comment in the capture: on a frame as it is read, on a section (frame null) at the end. */
  readonly onComment?: (text: string, frame: number | null) => void;
  /** Compute Wireshark's labels (`analysis` of rows) and completeness. */
  readonly labels?: boolean;
  /** Measure what long listings print of both flows (facts/flow-metrics.ts). */
  readonly metrics?: boolean;
  /** Compute Zeek's conn_state and history. */
  readonly zeek?: boolean;
  /** Put together what connections carry, or only hold copies of the same bytes against each other (`{}`). */
  readonly payload?: PayloadOptions;
  /** Watches some connections segment by segment; the others are not followed at all. */
  readonly watch?: SegmentWatch;
}

/** What somebody wants of payload. */
export interface PayloadOptions extends StreamOptions {
  /** Hears the streams; without it, copies are only held against each other (`EndpointFacts.differing`). */
  readonly onEvent?: (event: StreamEvent) => void;
  /** Which connections are meant: asked when the first payload of one comes, and when its stream number changes. Default all. */
  readonly wants?: (of: StreamConnection) => boolean;
}

/** Sees segments as the analyzer follows them, for whoever draws connections. All it is handed is borrowed. */
export interface SegmentWatch {
  /** Whether to follow the connection of this segment: what is left out counts as never seen. */
  wants(s: Segment): boolean;
  /** A segment of `c` has been judged, and both ends have made of it what they will. */
  add(c: Connection, s: Segment, fromClient: boolean, j: Judgement): void;
  /** The verdict on an earlier frame is now `j`. */
  revise(frame: number, j: Judgement): void;
  /** An earlier frame turns out to belong to `c`, as its first segment. */
  reassign(s: Segment, c: Connection): void;
}

/** The incremental, synchronous, I/O-free analyzer. */
export interface CaptureAnalyzer {
  write(chunk: Uint8Array): void;
  end(): CaptureFacts;
}
