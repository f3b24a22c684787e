/**
 * The columns of an entry: a 4-tuple ever seen, as [low address, high address, ports, tag, five more]. "Low" and "high"
 * order the two (address, port) pairs, so that both directions find the same entry. The tag says what the entry holds: a
 * live connection (its place, 0 or more), none, one that is closed, or a lone SYN, whose columns are all there is of it.
 */
export const LOW = 0;
export const HIGH = 1;
export const PORTS = 2;
export const TAG = 3;

// Of any but a lone SYN: what Wireshark's streams need (wireshark/streams.ts, three columns); of a closed connection, its
// record in closed.ts.
export const STREAM = 4;
export const CLOSED = 7;

// Of a lone SYN: see lone.ts.
export const SEQ = 4;
export const NANOS = 5;
export const TS_VAL = 6;
export const ID_AND_WINDOW = 7;
export const BEYOND = 8;

export const WIDTH = 9;

export const NO_CONNECTION = -1;
/** Alone: a lone SYN. With CLOSED_MARK: a closed connection. */
export const LONE = 1 << 31;
export const CLOSED_MARK = 1 << 30;

export function isLone(tag: number): boolean {
  return (tag & (LONE | CLOSED_MARK)) === LONE;
}

export function isClosed(tag: number): boolean {
  return tag === (LONE | CLOSED_MARK);
}
