/** Bits of `Connection.watch`: something waits for what the next segments show. */
export const WATCH_SILENCE = 1 << 0;
/** Marks of congestion have been seen. */
export const WATCH_ECN = 1 << 1;
/** Bytes were acknowledged before they were seen. */
export const WATCH_AHEAD = 1 << 2;
/** Tiny windows were offered. */
export const WATCH_WINDOW = 1 << 3;
/** The SYN offered ECN, and the SYN-ACK agreed (RFC 3168 6.1.1). */
export const ECN_OFFERED = 1 << 4;
export const ECN_AGREED = 1 << 5;
/** The client has sent data since the server last did: a response may come. */
export const ASKED = 1 << 6;
/** A SYN without all of its options in the capture: nobody knows how windows are scaled. */
export const SCALE_UNKNOWN = 1 << 7;

/** What any segment may answer. */
export const WATCHING: number = WATCH_SILENCE | WATCH_ECN | WATCH_AHEAD | WATCH_WINDOW;
