/** Writes Ethernet frames with TCP over IPv4 or IPv6 into a pcap or pcapng file: whole, with right checksums. */
import { closeSync, openSync, writeSync } from 'node:fs';

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

const EPOCH_MICROSECONDS = 1_750_000_000_000_000;
const BUFFER_BYTES = 1 << 22;
const LARGEST_PACKET = 1 << 14;
const SNAP_LENGTH = 262_144;
const ETHERNET = 1;

/** Options of a SYN: MSS 1460, SACK permitted, timestamps, window scale 7. */
const SYN_OPTIONS = Uint8Array.of(2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7);
const TIMESTAMPS_IN_SYN = 8;

/** Payload of every segment: text, and the sums of its 16-bit words up to every length. */
const PAYLOAD = Uint8Array.from({ length: LARGEST_PACKET }, (_, index) => 32 + ((index * 7 + (index >> 6)) % 95));
const PAYLOAD_SUM = new Float64Array(LARGEST_PACKET + 1);
for (let length = 1; length <= LARGEST_PACKET; length++) {
  const byte = PAYLOAD[length - 1];
  PAYLOAD_SUM[length] = PAYLOAD_SUM[length - 1] + (length % 2 === 1 ? byte << 8 : byte);
}

export class CaptureWriter {
  /** `format`: `pcap` (microseconds) or `pcapng` (one section, one interface, nanoseconds). */
  constructor(path, format) {
    this.descriptor = openSync(path, 'w');
    this.isPcapng = format === 'pcapng';
    this.bytes = Buffer.alloc(BUFFER_BYTES);
    this.used = 0;
    this.packets = 0;
    if (this.isPcapng) this.writeSection();
    else this.writeHeader();
  }

  close() {
    this.flush();
    closeSync(this.descriptor);
  }

  /**
   * One segment. `flow` is `{ source, target, sourcePort, targetPort, ipVersion, ttl }`, addresses as Uint8Array;
   * `time` in microseconds since the capture's beginning; `sack` a list of [left, right].
   */
  segment(time, flow, { seq, ack = 0, flags, window, length = 0, sack = [], echo = 0 }) {
    if (this.used + LARGEST_PACKET > BUFFER_BYTES) this.flush();
    const isSyn = (flags & SYN) !== 0;
    const optionBytes = isSyn ? SYN_OPTIONS.length : 12 + (sack.length > 0 ? 4 + 8 * sack.length : 0);
    const tcpHeader = 20 + optionBytes;
    const ipHeader = flow.ipVersion === 4 ? 20 : 40;
    const size = 14 + ipHeader + tcpHeader + length;
    const start = this.beginRecord(time, size);
    const { bytes } = this;
    let at = start;
    bytes.writeUInt32BE(0x02000000, at);
    bytes.writeUInt32BE(0x00010200, at + 4);
    bytes.writeUInt32BE(0x00000002, at + 8);
    bytes.writeUInt16BE(flow.ipVersion === 4 ? 0x0800 : 0x86dd, at + 12);
    at += 14;
    if (flow.ipVersion === 4) this.writeIpv4(at, flow, ipHeader + tcpHeader + length);
    else this.writeIpv6(at, flow, tcpHeader + length);
    at += ipHeader;
    bytes.writeUInt16BE(flow.sourcePort, at);
    bytes.writeUInt16BE(flow.targetPort, at + 2);
    bytes.writeUInt32BE(seq >>> 0, at + 4);
    bytes.writeUInt32BE(ack >>> 0, at + 8);
    bytes[at + 12] = (tcpHeader >> 2) << 4;
    bytes[at + 13] = flags;
    bytes.writeUInt16BE(window, at + 14);
    bytes.writeUInt32BE(0, at + 16);
    this.writeOptions(at + 20, isSyn, Math.floor(time / 1000) >>> 0, echo, sack);
    bytes.set(length === PAYLOAD.length ? PAYLOAD : PAYLOAD.subarray(0, length), at + tcpHeader);
    bytes.writeUInt16BE(checksum(bytes, at, tcpHeader, length, flow), at + 16);
    this.endRecord(start, size);
    this.packets++;
  }

  writeOptions(at, isSyn, clock, echo, sack) {
    const { bytes } = this;
    if (isSyn) {
      bytes.set(SYN_OPTIONS, at);
      bytes.writeUInt32BE(clock, at + TIMESTAMPS_IN_SYN);
      bytes.writeUInt32BE(echo >>> 0, at + TIMESTAMPS_IN_SYN + 4);
      return;
    }
    bytes.writeUInt32BE(0x0101080a, at);
    bytes.writeUInt32BE(clock, at + 4);
    bytes.writeUInt32BE(echo >>> 0, at + 8);
    if (sack.length === 0) return;
    bytes.writeUInt32BE(0x01010500 | (2 + 8 * sack.length), at + 12);
    sack.forEach(([left, right], index) => {
      bytes.writeUInt32BE(left >>> 0, at + 16 + 8 * index);
      bytes.writeUInt32BE(right >>> 0, at + 20 + 8 * index);
    });
  }

  writeIpv4(at, flow, totalLength) {
    const { bytes } = this;
    bytes.writeUInt16BE(0x4500, at);
    bytes.writeUInt16BE(totalLength, at + 2);
    bytes.writeUInt16BE(this.packets & 0xffff, at + 4);
    bytes.writeUInt16BE(0x4000, at + 6);
    bytes[at + 8] = flow.ttl;
    bytes[at + 9] = 6;
    bytes.writeUInt16BE(0, at + 10);
    bytes.set(flow.source, at + 12);
    bytes.set(flow.target, at + 16);
    bytes.writeUInt16BE(complement(sumWords(bytes, at, 20)), at + 10);
  }

  writeIpv6(at, flow, payloadLength) {
    const { bytes } = this;
    bytes.writeUInt32BE(0x60000000, at);
    bytes.writeUInt16BE(payloadLength, at + 4);
    bytes[at + 6] = 6;
    bytes[at + 7] = flow.ttl;
    bytes.set(flow.source, at + 8);
    bytes.set(flow.target, at + 24);
  }

  writeHeader() {
    const { bytes } = this;
    bytes.writeUInt32LE(0xa1b2c3d4, 0);
    bytes.writeUInt16LE(2, 4);
    bytes.writeUInt16LE(4, 6);
    bytes.writeUInt32LE(SNAP_LENGTH, 16);
    bytes.writeUInt32LE(ETHERNET, 20);
    this.used = 24;
  }

  /** Section header and interface description (if_tsresol 9) of draft-ietf-opsawg-pcapng 4.1, 4.2. */
  writeSection() {
    const { bytes } = this;
    bytes.writeUInt32LE(0x0a0d0d0a, 0);
    bytes.writeUInt32LE(28, 4);
    bytes.writeUInt32LE(0x1a2b3c4d, 8);
    bytes.writeUInt16LE(1, 12);
    bytes.writeUInt16LE(0, 14);
    bytes.writeBigInt64LE(-1n, 16);
    bytes.writeUInt32LE(28, 24);
    bytes.writeUInt32LE(1, 28);
    bytes.writeUInt32LE(32, 32);
    bytes.writeUInt16LE(ETHERNET, 36);
    bytes.writeUInt32LE(SNAP_LENGTH, 40);
    bytes.writeUInt16LE(9, 44);
    bytes.writeUInt16LE(1, 46);
    bytes.writeUInt32LE(9, 48);
    bytes.writeUInt32LE(0, 52);
    bytes.writeUInt32LE(32, 56);
    this.used = 60;
  }

  /** Returns where the packet's bytes begin. */
  beginRecord(time, size) {
    const { bytes, used } = this;
    const microseconds = EPOCH_MICROSECONDS + Math.floor(time);
    if (!this.isPcapng) {
      bytes.writeUInt32LE(Math.floor(microseconds / 1e6), used);
      bytes.writeUInt32LE(microseconds % 1e6, used + 4);
      bytes.writeUInt32LE(size, used + 8);
      bytes.writeUInt32LE(size, used + 12);
      return used + 16;
    }
    const nanoseconds = BigInt(microseconds) * 1000n;
    bytes.writeUInt32LE(6, used);
    bytes.writeUInt32LE(blockLength(size), used + 4);
    bytes.writeUInt32LE(0, used + 8);
    bytes.writeUInt32LE(Number(nanoseconds >> 32n), used + 12);
    bytes.writeUInt32LE(Number(nanoseconds & 0xffffffffn), used + 16);
    bytes.writeUInt32LE(size, used + 20);
    bytes.writeUInt32LE(size, used + 24);
    return used + 28;
  }

  endRecord(start, size) {
    this.used = start + size;
    if (!this.isPcapng) return;
    while ((this.used - start) % 4 !== 0) this.bytes[this.used++] = 0;
    this.bytes.writeUInt32LE(blockLength(size), this.used);
    this.used += 4;
  }

  flush() {
    writeSync(this.descriptor, this.bytes, 0, this.used);
    this.used = 0;
  }
}

function blockLength(size) {
  return 32 + 4 * Math.ceil(size / 4);
}

/** RFC 9293 3.1: over the pseudo-header, the header and the payload. */
function checksum(bytes, at, headerLength, length, flow) {
  const addresses = sumWords(flow.source, 0, flow.source.length) + sumWords(flow.target, 0, flow.target.length);
  return complement(addresses + 6 + headerLength + length + sumWords(bytes, at, headerLength) + PAYLOAD_SUM[length]);
}

function sumWords(bytes, at, length) {
  let sum = 0;
  for (let index = at; index < at + length; index += 2) sum += (bytes[index] << 8) | bytes[index + 1];
  return sum;
}

function complement(sum) {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}
