/**
 * One captured packet: a reused cursor. **Valid until the next `next()` of the reader that filled it**; whoever wants
 * to keep something copies it.
 */
export class Frame {
  /** The buffer that holds the packet; borrowed. */
  bytes: Uint8Array = EMPTY;
  /** Offset of the packet's first byte in `bytes`. */
  start = 0;
  /** Bytes of the packet that the capture holds. */
  captured = 0;
  /** Bytes that the packet had on the wire. */
  original = 0;
  /** 1-based, counted as Wireshark counts the frames of this file. */
  number = 0;
  /** Capture time: seconds since the epoch (0 to 2^32 - 1), and nanoseconds in the second. */
  seconds = 0;
  nanos = 0;
  /** Link type of the interface (a LINKTYPE_ value, see tcpdump.org/linktypes.html). */
  linkType = 0;
  /** 0-based over all sections of the file; 0 for classic pcap. */
  interface = 0;
  /** pcapng epb_flags (direction, reception, FCS length, link-layer errors), 0 when absent. */
  flags = 0;
  /** The packet's comments (pcapng opt_comment), null when there are none. */
  comments: string[] | null = null;
  /** Byte offset in the (decompressed) capture where the packet's record begins. */
  offset = 0;
}

const EMPTY = new Uint8Array(0);

/** Damaged files have times of any size; what lies beyond 32 bits of seconds, before 1970 or after 2106, is no time. */
export function believable(seconds: number): number {
  return Math.min(Math.max(seconds, 0), 0xffffffff);
}
