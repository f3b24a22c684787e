import type { Side } from './connection.ts';
import type { Moment } from './moment.ts';
import type { StateName } from './state.ts';
import type { Verdict } from './verdict.ts';

/** One TCP segment as `packets` prints it (docs/schema/packets.json). Sequence numbers raw, 0 .. 2^32 - 1. */
export interface PacketRow {
  readonly frame: number;
  readonly connection: number;
  readonly stream: number;
  readonly time: Moment;
  readonly from: Side;
  readonly flags: readonly string[];
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  readonly window: number;
  readonly windowScaled: boolean;
  /** Wireshark's labels; present when they were asked for. */
  readonly analysis?: readonly string[];
  readonly verdict: Verdict | null;
  readonly clientState: StateName;
  readonly serverState: StateName;
}
