/**
 * The symbols that a segment is reduced to before the state table is asked: for its sender a *sent* one, for the other
 * end *received* ones. Chosen in classify.ts; the table knows nothing else.
 */
export const SENT_SYN = 0;
export const SENT_SYN_ACK = 1;
/** Any segment with ACK and without SYN or RST: its sender must have passed the handshake. */
export const SENT_SEGMENT = 2;
export const SENT_FIN = 3;
export const SENT_RST = 4;
export const RECEIVED_SYN = 5;
export const RECEIVED_SYN_ACK = 6;
export const RECEIVED_ACK_OF_SYN = 7;
/** The peer's FIN, with everything before it. */
export const RECEIVED_FIN = 8;
export const RECEIVED_ACK_OF_FIN = 9;
export const RECEIVED_RST = 10;
export const TIMEOUT_2MSL = 11;
/** The peer accepted a new SYN on this 4-tuple while this endpoint still held TIME_WAIT. */
export const NEW_INCARNATION = 12;
/** The peer acknowledged a SYN, or a SYN-ACK, of this endpoint that the capture does not hold. */
export const PROVEN_SYN = 13;
export const PROVEN_SYN_ACK = 14;
/** An ICMP error ended the attempt. */
export const RECEIVED_ICMP_ERROR = 15;
/** The other end, of which the capture holds nothing, acknowledged a FIN, or had its own acknowledged. */
export const PROVEN_FIN = 16;
/** It acknowledged data of the peer's: it was in one of the states that take data. */
export const ACKNOWLEDGED_DATA = 17;
/** Its FIN is here for the first time, and is sent again: the first was lost in front of the tap. */
export const MISSED_FIN = 18;
export const EVENT_COUNT = 19;

/** As `cause` in timelines. */
export const CAUSES = [
  'sent SYN',
  'sent SYN-ACK',
  'sent a segment that proves it',
  'sent FIN',
  'sent RST',
  'received SYN',
  'received SYN-ACK',
  'received ACK of SYN',
  'received FIN',
  'received ACK of FIN',
  'received RST',
  '2MSL expired',
  'SYN of a new connection accepted',
  'its SYN was answered',
  'its SYN-ACK was answered',
  'received ICMP error',
  'its FIN was answered',
  'acknowledged data',
  'sent FIN, seen only when sent again',
] as const;

/** Events of the endpoint's own sending: what they show is observed, not inferred. */
export function isSent(event: number): boolean {
  return event <= SENT_RST;
}
