import { PSH } from '../../packet/segment.ts';

/**
 * A record of the history (history.ts): a range of sequence numbers seen at the tap, with its first and its latest
 * transmission, or a hole. Columns of the pool, and the bits of `MARKS`.
 */
export const START = 0;
export const END = 1;
/** Latest transmission: when, in which frame, with which timestamp and marks. */
export const SECONDS = 2;
export const NANOS = 3;
export const FRAME = 4;
export const TS_VAL = 5;
export const MARKS = 6;
/** First transmission, once there is another. */
export const FIRST_SECONDS = 8;
export const FIRST_NANOS = 9;
export const FIRST_FRAME = 10;
export const FIRST_TS_VAL = 11;
export const FIRST_MARKS = 12;
/** Link and TTL of the first transmission seen. */
export const LINK = 7;
export const RECORD_WIDTH = 13;

// Marks: the IP ID in the low 16 bits, and above them:
export const IP_ID_MASK = 0xffff;
/** Never seen at the tap. */
export const HOLE = 1 << 16;
/** Sent more than once, as seen. */
export const REPEATED = 1 << 17;
/** Arrived behind bytes that follow it: fills what had been a hole. */
export const LATE = 1 << 18;
/** Holds payload, not only SYN or FIN. */
export const PAYLOAD = 1 << 19;
/** The latest transmission was a retransmission though it shows no repeat at the tap. */
export const RESENT = 1 << 20;
/** Came without PSH: more was at hand (at-hand.ts). */
export const MORE = 1 << 21;

/** The marks of payload that is sent for the first time: how `flags` of its segment say so. */
export function payloadMarks(flags: number): number {
  return PAYLOAD | ((~flags & PSH) << 18);
}
