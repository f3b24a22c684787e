import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import type { Moment } from '../facts/moment.ts';
import type { PacketRow } from '../facts/packet-row.ts';

/** What an analysis is asked for. Everything is off that nobody asks for. */
export interface AnalyzerOptions {
  /** How long hosts hold TIME_WAIT, seconds. Default 60 (Linux); RFC 9293 says 4 minutes. */
  readonly timeWaitSeconds?: number;
  /** The end of the capture, if it lasted beyond its last record. */
  readonly captureEnd?: Moment;
  /** Name of the capture in results. */
  readonly path?: string;
  /** Compression that the bytes were found in, for the record. */
  readonly compression?: string | null;
  /** Called once per connection when it ends or leaves memory, in order of connection number; the facts may be kept. */
  readonly onConnection?: (facts: ConnectionFacts) => void;
  /**
   * Notes that make a connection worth `onConnection` (facts/notes.ts); -1 (the default) for every connection. The
   * linter passes the union of what its rules wake on, so that a healthy connection costs no facts.
   */
  readonly wake?: number;
  /** Called for every TCP segment, in capture order, once its verdict is final. */
  readonly onPacket?: (row: PacketRow) => void;
  /** Compute Wireshark's labels (`analysis` of rows) and completeness. */
  readonly labels?: boolean;
  /** Measure what long listings print of both flows (facts/flow-metrics.ts). */
  readonly metrics?: boolean;
  /** Compute Zeek's conn_state and history. */
  readonly zeek?: boolean;
}

/** The incremental, synchronous, I/O-free analyzer. */
export interface CaptureAnalyzer {
  write(chunk: Uint8Array): void;
  end(): CaptureFacts;
}
