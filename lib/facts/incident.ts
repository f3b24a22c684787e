import type { ConnectionFacts, Side } from './connection.ts';
import type { Report } from './report.ts';
import type { ServiceRow } from './services.ts';
import type { StateName } from './state.ts';
import type { Verdict } from './verdict.ts';

/** One capture as the incident report tells it: facts alone, which its formats draw. */
export interface Incident {
  /** Of one capture. */
  readonly report: Report;
  readonly services: readonly ServiceRow[];
  readonly activity: Activity;
  /** By number; the first of very many, and all that have a page. */
  readonly connections: readonly ConnectionRow[];
  /** Those with findings, and those asked for. */
  readonly pages: readonly ConnectionPage[];
  /** Connections with findings that got no page, because there were so many. */
  readonly withoutPage: number;
}

/** A quantity in equal steps from the capture's first packet (or what else is said) on. */
export interface Series {
  /** Seconds from one value to the next. */
  readonly every: number;
  readonly values: readonly number[];
}

/** The whole capture over time. */
export interface Activity {
  /** TCP segments and payload bytes in each step. */
  readonly segments: Series;
  readonly bytes: Series;
  /** Connections that were in these states at the beginning of each step. */
  readonly halfOpen: Series;
  readonly closeWait: Series;
  readonly timeWait: Series;
}

/** One connection in the table. Times in seconds. */
export interface ConnectionRow {
  readonly connection: number;
  readonly stream: number;
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
  /** Of its first segment, since the capture's first packet. */
  readonly start: number;
  readonly duration: number;
  readonly packets: number;
  readonly clientBytes: number;
  readonly serverBytes: number;
  readonly retransmissions: number;
  /** Of the handshake, null where it was not seen. */
  readonly handshake: number | null;
  readonly clientState: StateName;
  readonly serverState: StateName;
}

export interface ConnectionPage {
  readonly facts: ConnectionFacts;
  readonly plot: PlotFacts;
}

/** What the pictures of one connection are drawn from. Times in seconds since its first segment. */
export interface PlotFacts {
  /** In capture order. */
  readonly points: readonly PlotPoint[];
  /** Segments in all, and those that no point stands for. */
  readonly segments: number;
  readonly leftOut: number;
  /** From a segment of this sender to its acknowledgment, as the tap sees both. */
  readonly rtt: { readonly [side in Side]: readonly RttSample[] };
  /** Payload bytes sent in each step, repeats included. */
  readonly throughput: { readonly [side in Side]: Series };
}

export interface RttSample {
  readonly time: number;
  readonly seconds: number;
}

/**
 * One segment, or several ordinary ones of one sender in a row. Sequence numbers are relative to the sender's first
 * (a SYN has 0) and go on beyond 2^32.
 */
export interface PlotPoint {
  readonly frame: number;
  readonly time: number;
  readonly from: Side;
  /** FIN .. AE bits in the header's order. */
  readonly flags: number;
  readonly seq: number;
  /** Payload bytes. */
  readonly length: number;
  /** What it acknowledges of the peer; null where it doesn't say. */
  readonly ack: number | null;
  /** The window that it offers, bytes; null where its scale is not known. */
  readonly window: number | null;
  /** Bytes that its sender had in flight after it, as the tap counts. */
  readonly flight: number;
  readonly verdict: Verdict | null;
  /** Left and right edges of its SACK blocks; null without. */
  readonly sack: readonly number[] | null;
  /** Segments that it stands for: usually 1. */
  readonly stands: number;
}
