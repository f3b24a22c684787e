/**
 * The columns of an entry: a 4-tuple ever seen, as [low address, high address, ports, tag, three more]. "Low" and "high"
 * order the two (address, port) pairs, so that both directions find the same entry. The tag says what the entry holds: a
 * live connection (its place, 0 or more), none, one that is closed, or a lone SYN.
 */
export const LOW = 0;
export const HIGH = 1;
export const PORTS = 2;
export const TAG = 3;

/** Of any but a lone SYN: what Wireshark's streams need (wireshark/streams.ts, three columns). */
export const STREAM = 4;

// Of a lone SYN, in place of that: see lone.ts.
export const SEQ = 4;
export const NANOS = 5;
export const BEYOND = 6;

export const WIDTH = 7;

// Tags below 0: a lone SYN's are the lowest, then, from CLOSED on, those that name a closed connection's record in closed.ts.
export const NO_CONNECTION = -1;
export const LONE = 1 << 31;
export const CLOSED = -(1 << 30);

export function isLone(tag: number): boolean {
  return tag < CLOSED;
}

export function isClosed(tag: number): boolean {
  return tag >= CLOSED && tag < NO_CONNECTION;
}
