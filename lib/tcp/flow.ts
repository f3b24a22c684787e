/**
 * One direction of a connection: what one endpoint sent, and how the other answered it. Fields are int32 or small
 * integers, initialised to their type, so that all flows share one shape.
 */
export class Flow {
  /** Sequence number of the SYN, or of the first segment seen. Meaningful once `started` is 1. */
  isn = 0;
  started = 0;
  /** Highest sequence number sent, plus one: SND.NXT as the tap saw it (RFC 9293 3.3.1). */
  next = 0;
  /** First sequence number not yet seen at the tap, counted without holes: RCV.NXT of the receiver as the tap saw it. */
  contiguous = 0;
  /** Highest acknowledgment the peer has sent: SND.UNA as the tap saw it. Meaningful once `ackSeen` is 1. */
  acked = 0;
  ackSeen = 0;
  /** Sequence number of the FIN, once `finSent` is 1. */
  fin = 0;
  finSent = 0;

  packets = 0;
  bytes = 0;
}
