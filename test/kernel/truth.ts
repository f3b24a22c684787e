import { readdirSync, readFileSync } from 'node:fs';
import type { Side } from '../../lib/facts/connection.ts';

/** The recordings and what the kernel said of them; fixtures/PROVENANCE.md says how they came to be. */
export const RECORDINGS = new URL(process.env.TCPLINT_RECORDINGS ?? '../../fixtures/kernel/', import.meta.url);

/** Times are nanoseconds since the epoch; as doubles they are exact to about a quarter of a microsecond. */
export interface Truth {
  readonly scenario: string;
  readonly labels: readonly string[];
  readonly one_way_delay_s: { readonly client_to_tap: number; readonly tap_to_server: number };
  readonly captures: readonly Capture[];
  readonly frames: { readonly [file: string]: FrameTruth };
  readonly connections: readonly ConnectionTruth[];
  readonly retransmissions_without_connection?: readonly RetransmissionTruth[];
  /** What happened when, by the script. */
  readonly marks: readonly (readonly [number, string])[];
  /** What programs read, where they kept account. */
  readonly reads?: readonly ReadTruth[];
}

/** What the program at one end of a connection read. */
export interface ReadTruth {
  readonly client: readonly [string, number];
  readonly server: readonly [string, number];
  readonly by: Side;
  readonly bytes: number;
  readonly sha256: string;
  /** It read to the end of the stream, rather than that the connection broke off or it stopped. */
  readonly ended: boolean;
}

export interface Capture {
  readonly file: string;
  readonly point: 'client' | 'middle' | 'server';
  readonly started_ns: number;
  /** When the recording ended, which may be long after the last packet. */
  readonly stopped_ns?: number;
}

/** Frame numbers of one file, by what the frames really were. */
export interface FrameTruth {
  readonly frames: number;
  readonly tcp: number;
  readonly retransmissions: readonly number[];
  readonly network_duplicates: readonly number[];
  readonly capture_duplicates: readonly number[];
  readonly out_of_order: readonly number[];
  readonly keepalive_probes: readonly number[];
  readonly window_probes: readonly number[];
  readonly retransmissions_not_visible_in_sequence_numbers: readonly number[];
}

export interface ConnectionTruth {
  readonly client: readonly [string, number];
  readonly server: readonly [string, number];
  readonly endpoints: {
    readonly [side in Side]: { readonly timeline: readonly (readonly [number, string, string])[] };
  };
  readonly retransmissions: readonly RetransmissionTruth[];
}

export interface RetransmissionTruth {
  readonly arrived: boolean;
  /** Everything in it had reached the other end before. */
  readonly spurious: boolean;
  readonly frames: { readonly [file: string]: readonly number[] };
}

export function truths(): Truth[] {
  return readdirSync(RECORDINGS)
    .filter((name) => name.endsWith('.truth.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(name, RECORDINGS), 'utf8')) as Truth);
}
