import { parseAddress } from '../../facts/address.ts';
import type { ConnectionFacts, EndpointFacts } from '../../facts/connection.ts';
import type { Segment } from '../../packet/segment.ts';

/** The same for both directions of a connection. */
function hash(addresses: number, ports: number): number {
  const mixed = Math.imul(addresses ^ Math.imul(ports, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/** Of its 4-tuple, as `hashOfTuple`. */
export function hashOfSegment(s: Segment): number {
  const addresses = s.srcA ^ s.dstA ^ s.srcB ^ s.dstB ^ s.srcC ^ s.dstC ^ s.srcD ^ s.dstD;
  return hash(addresses, s.srcPort + s.dstPort);
}

export function hashOfTuple({ client, server }: ConnectionFacts): number {
  return hash(folded(client) ^ folded(server), client.port + server.port);
}

/** The words of an address, as Segment has them, folded into one. */
function folded({ address }: EndpointFacts): number {
  if (!address.includes(':')) return foldedIpv4(address);
  const bytes = parseAddress(address) ?? [];
  let word = 0;
  for (let i = 0; i < bytes.length; i += 4) {
    word ^= (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!;
  }
  return word;
}

/** Asked for every connection of a capture, so without a list of bytes in between. */
function foldedIpv4(address: string): number {
  let word = 0;
  let byte = 0;
  for (let i = 0; i < address.length; i++) {
    const digit = address.charCodeAt(i) - 48;
    if (digit >= 0) byte = byte * 10 + digit;
    else {
      word = (word << 8) | byte;
      byte = 0;
    }
  }
  return (word << 8) | byte;
}
