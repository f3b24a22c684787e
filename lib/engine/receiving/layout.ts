/**
 * How packets go from one thread to another: as records of int32 words, each whole in its block. The first word says what
 * follows:
 *
 *     kind (2 bits) | worth (2) | parts (7) | from low (1) | unused (4) | window (16)
 *
 * Any packet goes on with SECONDS, NANOS and FRAME; that is all of one without TCP. A segment goes on up to ALWAYS, and
 * then with its parts, in the order of their bits. An ICMP error is the segment that it quotes, and at its end ICMP words:
 * what is said of it, the MTU, and the address of its sender.
 */
export const KIND = 3;
/** Beside the kinds of packet/decoder.ts: words about the capture (`Telling`). */
export const TELLING = 3;
export const WORTH_SHIFT = 2;
export const WORTH = 3;

/** Six words: source A to C, destination A to C. */
export const IPV6 = 1 << 4;
/** Two words: value and echo. */
export const TIMESTAMPS = 1 << 5;
/** Two words: MSS and, above it, window scale + 1; the other options. */
export const OPTIONS = 1 << 6;
/** A word with the number of blocks, and their edges. */
export const SACK = 1 << 7;
/** A word. */
export const TUNNEL = 1 << 8;
/**
 * Four words: troubles; interface; checksum and, above it, urgent pointer; payload captured, else all of it (behind an
 * impossible data offset: what is not divided into header and payload).
 */
export const ODD = 1 << 9;
/** The payload's first bytes, as many as were captured, up to PAYLOAD_BYTES. */
export const PAYLOAD = 1 << 10;
export const FROM_LOW = 1 << 11;
export const WINDOW_SHIFT = 16;

export const SECONDS = 1;
export const NANOS = 2;
export const FRAME = 3;
export const BARE = 4;
/** flags (9 bits) | ECN (2) | data offset in words (4) | TTL (8) */
export const HEADER = 4;
export const ECN_SHIFT = 9;
export const OFFSET_SHIFT = 11;
export const TTL_SHIFT = 15;
export const PORTS = 5;
export const SEQ = 6;
export const ACK = 7;
export const LENGTH = 8;
export const SOURCE = 9;
export const DESTINATION = 10;
export const IP_ID = 11;
export const LINK_HASH = 12;
export const TUPLE = 13;
export const ALWAYS = 14;

/** In the second word of OPTIONS, and above them the length of the Fast Open cookie + 1 and the kinds of MPTCP options. */
export const SACK_PERMITTED = 1;
export const MPTCP = 2;
export const COOKIE_SHIFT = 2;
export const COOKIE = 0xff;
export const MPTCP_KINDS_SHIFT = 16;

/** Payload no longer than this goes along, and this much of what SOCKS proxies are sent: nobody looks at more. */
export const PAYLOAD_BYTES = 64;

/** type (8 bits) | code (8) | then these */
export const ICMP_CODE_SHIFT = 8;
export const ICMP_QUOTES_WHOLE = 1 << 16;
export const ICMP_IPV6 = 1 << 17;
export const ICMP = 6;

/** A telling is this bit, if it goes on in the next record; the number of bytes; and so many, of JSON in UTF-8. */
export const GOES_ON = 1 << 2;
export const TELLING_HEAD = 2;

const MOST_SACK_EDGES = 8;
/** Words of any packet with everything. */
export const MOST = ALWAYS + 6 + 2 + 2 + (1 + MOST_SACK_EDGES) + 1 + 4 + PAYLOAD_BYTES / 4 + ICMP;
