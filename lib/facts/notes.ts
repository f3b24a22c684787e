/**
 * Notes: what a connection has shown, one bit each. The observer sets them at the rare moment; a rule names those that
 * wake it, so that a connection on which nothing was noted costs no rule call. Free of thresholds: a rule's options
 * decide, a note only says that there is something to look at. All 32 bits are taken; what is new shares the bit of what
 * it resembles, as `HANDSHAKE_ODD` or `MALFORMED` do.
 */
export const SYN_REPEATED = 1 << 0;
/** The handshake is not complete: unanswered, refused, or without its final ACK. */
export const HANDSHAKE_INCOMPLETE = 1 << 1;
export const REFUSED = 1 << 2;
export const FINAL_ACK_IGNORED = 1 << 3;
/** Anything else odd in the handshake: wrong ACK, crossing SYNs, data in the SYN, another ISN, early data. */
export const HANDSHAKE_ODD = 1 << 4;
/** The handshake took 100 ms or more. */
export const HANDSHAKE_SLOW = 1 << 5;
/** One side offered an option that the other did not answer, or the MSS is small or missing. */
export const OPTIONS_UNEVEN = 1 << 6;
/** SYN inside a live connection. */
export const STRAY_SYN = 1 << 7;
/** An endpoint stayed in CLOSE_WAIT, FIN_WAIT_2, LAST_ACK, CLOSING or FIN_WAIT_1 for 100 ms or more, or is still there. */
export const CLOSE_LINGERS = 1 << 8;
/** FIN repeated, crossed, or data after it. */
export const CLOSE_ODD = 1 << 9;
export const RESET = 1 << 10;
export const RETRANSMITTED = 1 << 11;
export const REORDERED = 1 << 12;
/** Something was sent again that had arrived. */
export const SPURIOUS = 1 << 13;
export const ZERO_WINDOW = 1 << 14;
export const KEPT_ALIVE = 1 << 15;
export const ICMP_ERROR = 1 << 16;
/** Bytes acknowledged that were never seen. */
export const ACKED_UNSEEN = 1 << 17;
/** 128 KiB or more went one way. */
export const BULK = 1 << 18;
/** A header that no sane stack sends: flags, offsets, option lengths, checksum, TTL or timestamp jumps. */
export const MALFORMED = 1 << 19;
/** Began in mid-connection. */
export const MIDSTREAM = 1 << 20;
/** Only one endpoint was seen. */
export const ONE_SIDED = 1 << 21;
/** 4-tuple used again after TIME_WAIT or while it lasted. */
export const REUSED = 1 << 22;
/** Silence of 10 s or more inside the connection. */
export const IDLE = 1 << 23;
/** Requests and responses alternated. */
export const EXCHANGED = 1 << 24;
/** Neither FIN nor RST in the capture. */
export const OPEN = 1 << 25;
/** Many tiny segments, or a small segment that waited for an ACK. */
export const TINY = 1 << 26;
/** Window right edge moved left, acknowledgments of unsent bytes, sequence numbers outside the window. */
export const WINDOW_ODD = 1 << 27;
export const DUP_ACKS = 1 << 28;
/** Round-trip times of a direction that carried 64 KiB or more differ by more than 100 ms. */
export const RTT_SPREAD = 1 << 29;
/** The same bytes of a stream came again with other content: known only where payload is compared. */
export const PAYLOAD_DIFFERS = 1 << 30;
/** A timer sent something again (a timeout, a tail-loss probe), or the same was sent more than twice. */
export const RESENT_BY_TIMER = 1 << 31;

/** All of them, and none: what this wakes is called for every connection. */
export const EVERY_CONNECTION = -1;
