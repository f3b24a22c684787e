/** One packet of a case: what a capture will say of it. */
export interface Packet {
  linkType: number;
  seconds: number;
  nanos: number;
  bytes: Uint8Array;
  /** Bytes that the capture keeps, and that the packet had on the wire. */
  captured: number;
  original: number;
  /** Where the innermost IP and TCP headers begin, -1 where there are none or nobody knows. */
  ipAt: number;
  tcpAt: number;
}

export interface TcpFields {
  readonly version: 4 | 6;
  /** Last byte of each address. */
  readonly from: number;
  readonly to: number;
  readonly fromPort: number;
  readonly toPort: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly urgent: number;
  readonly ttl: number;
  readonly ipId: number;
  readonly ecn: number;
  readonly options: Uint8Array;
  readonly payload: Uint8Array;
  /** Payload on the wire; more than there is of it makes a packet that was cut. */
  readonly length: number;
  readonly goodChecksum: boolean;
}

const ETHERNET = Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1);

/** An Ethernet frame of a TCP segment; only its last-minute numbers are true (see `goodChecksum`). */
export function tcpPacket(f: TcpFields, seconds: number, nanos: number): Packet {
  const ipBytes = f.version === 4 ? 20 : 40;
  const optionBytes = (f.options.length + 3) & ~3;
  const tcpAt = 14 + ipBytes;
  const headerBytes = 20 + optionBytes;
  const bytes = new Uint8Array(tcpAt + headerBytes + f.payload.length);
  const view = new DataView(bytes.buffer);
  bytes.set(ETHERNET);
  if (f.version === 4) {
    view.setUint16(12, 0x0800);
    bytes[14] = 0x45;
    bytes[15] = f.ecn;
    view.setUint16(16, Math.min(0xffff, ipBytes + headerBytes + f.length));
    view.setUint16(18, f.ipId);
    bytes[20] = 0x40;
    bytes[22] = f.ttl;
    bytes[23] = 6;
    view.setUint32(26, 0x0a000000 | f.from);
    view.setUint32(30, 0x0a000000 | f.to);
    view.setUint16(24, ~sumOf(bytes, 14, 34, 0) & 0xffff);
  } else {
    view.setUint16(12, 0x86dd);
    view.setUint32(14, 0x60000000 | (f.ecn << 20));
    view.setUint16(18, Math.min(0xffff, headerBytes + f.length));
    bytes[20] = 6;
    bytes[21] = f.ttl;
    view.setUint32(22, 0x20010db8);
    view.setUint32(38, 0x20010db8);
    bytes[37] = f.from;
    bytes[53] = f.to;
  }
  view.setUint16(tcpAt, f.fromPort);
  view.setUint16(tcpAt + 2, f.toPort);
  view.setUint32(tcpAt + 4, f.seq);
  view.setUint32(tcpAt + 8, f.ack);
  view.setUint16(tcpAt + 12, ((headerBytes >> 2) << 12) | f.flags);
  view.setUint16(tcpAt + 14, f.window);
  view.setUint16(tcpAt + 18, f.urgent);
  bytes.set(f.options, tcpAt + 20);
  bytes.set(f.payload, tcpAt + headerBytes);
  if (f.goodChecksum) {
    const pseudo = headerBytes + f.length + 6;
    const addresses = f.version === 4 ? sumOf(bytes, 26, 34, pseudo) : sumOf(bytes, 22, 54, pseudo);
    view.setUint16(tcpAt + 16, ~sumOf(bytes, tcpAt, bytes.length, addresses) & 0xffff);
  }
  return {
    linkType: 1,
    seconds,
    nanos,
    bytes,
    captured: bytes.length,
    original: tcpAt + headerBytes + f.length,
    ipAt: 14,
    tcpAt,
  };
}

/** The ones' complement sum of RFC 1071, the slow way. */
function sumOf(bytes: Uint8Array, start: number, end: number, initial: number): number {
  let sum = initial;
  for (let i = start; i < end; i += 2) sum += (bytes[i]! << 8) | (i + 1 < end ? bytes[i + 1]! : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}
