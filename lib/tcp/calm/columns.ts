/** Columns of a connection at rest (calm.ts). */

// The record: what both ends share, then a side for the low and one for the high end of the 4-tuple.
/** Whose segments may pass, and whether the 4-tuple stands here (IPv4). 0: awake, the objects hold the truth. */
export const OPEN = 0;
export const LOW_MAY_PASS = 1;
export const HIGH_MAY_PASS = 2;
export const NAMED = 4;
export const TUNNEL = 1;
export const LAST_FRAME = 2;
export const LAST_SECONDS = 3;
export const LAST_NANOS = 4;
export const ASKED_BIT = 5;
export const CLIENT_IS_LOW = 6;
/** Over IPv4, the 4-tuple as its entry has it (entries/columns.ts). */
export const LOW = 7;
export const HIGH = 8;
export const PORTS = 9;
export const SIDES = 10;

// A side: the flow that an end sends, and the end itself, under their names there.
export const NEXT = 0;
export const ACKED = 1;
export const WINDOW = 2;
export const EDGE = 3;
export const MAX_WINDOW = 4;
export const SCALE = 5;
export const SECONDS = 6;
export const NANOS = 7;
export const CONTIGUOUS = 8;
export const PACKETS = 9;
export const BYTES = 10;
export const DATA_SEGMENTS = 11;
export const LARGEST = 12;
export const LAST_DATA_FRAME = 13;
export const LAST_DATA_SECONDS = 14;
export const LAST_DATA_NANOS = 15;
export const ACK_SECONDS = 16;
export const ACK_NANOS = 17;
export const IP_ID = 18;
export const IP_ID_STEPS = 19;
export const IP_ID_SKIPS = 20;
export const IP_ID_JUMPS = 21;
export const FLOW_TS_VAL = 22;
export const RECENT_ACKS = 23;
export const ACKS_CURSOR = 24;
export const HEAD = 25;
export const UNA = 26;
export const TAIL = 27;
export const KEPT = 28;
export const KEEP = 29;
export const MSS = 30;
export const TTL = 31;
export const TS_VAL = 32;
export const END_WINDOW = 33;
export const PASSED = 34;
export const SMALL = 35;
export const TINY_RUN = 36;
/** Records from `UNA` on, all sent plainly and once, the last with the last payload; -1 where they must be looked at. */
export const UNDER_WAY = 37;
export const IP_ID_WHOLE = 38;
/** The shortest round trip, microseconds; those measured, and not yet entered into the flow's. */
export const SHORTEST = 39;
export const SAMPLES = 40;
export const SAMPLE = 41;
export const MOST_SAMPLES = 8;
export const SIDE = SAMPLE + MOST_SAMPLES;
