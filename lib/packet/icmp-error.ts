import { Segment } from './segment.ts';

/**
 * An ICMP or ICMPv6 error that quotes a TCP segment: a reused cursor beside `Segment`. `quoted` holds the addresses,
 * ports, sequence number and (where quoted whole) the header of the segment that it answers; its source is the
 * endpoint that had sent that segment.
 */
export class IcmpError {
  frame = 0;
  seconds = 0;
  nanos = 0;
  ipVersion = 4;
  type = 0;
  code = 0;
  /** Next-hop MTU of "fragmentation needed" / "packet too big", 0 elsewhere. */
  mtu = 0;
  /** Who sent the error: address as in Segment. */
  srcA = 0;
  srcB = 0;
  srcC = 0;
  srcD = 0;
  /** Of the TCP header so much is quoted (16 bytes: up to the window) that Wireshark counts it in its streams. */
  quotesWholeHeader = false;
  readonly quoted: Segment = new Segment();
}
