import { ICMP_ERROR, NOT_TCP, TCP } from '../../packet/decoder.ts';
import type { IcmpError } from '../../packet/icmp-error.ts';
import { BAD_DATA_OFFSET, type Segment } from '../../packet/segment.ts';
import { TAG } from '../../tcp/entries/columns.ts';
import { Tuples } from '../../tcp/entries/tuples.ts';
import { SOCKS_PORT } from '../../tcp/wireshark/socks.ts';
import * as layout from './layout.ts';
import { CaptureReceiver } from './receiver.ts';
import type { Telling } from './telling.ts';

/** Hands over so many words of the block in hand, and gives the next one to be filled, which may take its time. */
export type Exchange = (words: number) => Int32Array;

/** 4-tuples that are kept here, and there again: more of them would be a flood, and cost more memory than they save time. */
const MOST_TUPLES = 1 << 20;

/**
 * Receives from a capture's bytes, looks 4-tuples up, and passes all that on in blocks of records (layout.ts), for a
 * `RelayedReceiver` at the other end.
 */
export class Relay {
  private readonly receiver: CaptureReceiver;
  private readonly exchange: Exchange;
  private readonly mostTuples: number;
  /** Null once there are so many that the other end looks them up itself. */
  private tuples: Tuples | null = new Tuples(TAG + 1);
  private readonly names = new NotedNames();
  private readonly toldTunnels = new Set<number>();
  private lastTunnel = 0;
  private toldEndSeconds: number | null = null;
  private toldEndNanos = 0;
  private words: Int32Array;
  private bytes: Uint8Array;
  private at = 0;

  /** `exchange` is called once for the first block. Blocks hold `layout.MOST` words at least. */
  constructor(limit: number | undefined, exchange: Exchange, mostTuples = MOST_TUPLES) {
    this.receiver = new CaptureReceiver(limit === undefined ? {} : { limit });
    this.receiver.info.names = this.names;
    this.exchange = exchange;
    this.mostTuples = mostTuples;
    this.words = exchange(0);
    this.bytes = bytesOf(this.words);
  }

  get full(): boolean {
    return this.receiver.full;
  }

  write(chunk: Uint8Array): void {
    this.receiver.write(chunk);
    this.readOn();
  }

  end(): void {
    this.receiver.end();
    this.readOn();
    this.tellNews();
    const { names: _, ...info } = this.receiver.info;
    this.tell({ whole: { info, facts: this.receiver.facts() } });
    this.exchange(this.at);
  }

  private readOn(): void {
    const { receiver } = this;
    while (receiver.next()) this.step(receiver);
  }

  /** One packet: what became known with it, and its record. */
  private step({ kind, segment, icmp, worth, comments, info }: CaptureReceiver): void {
    if (this.names.noted.length > 0 || info.endSeconds !== this.toldEndSeconds || info.endNanos !== this.toldEndNanos) {
      this.tellNews();
    }
    if (comments !== null) this.tell({ comments });
    if (kind === TCP && segment.tunnel !== this.lastTunnel) this.tellTunnel(segment.tunnel);
    if (this.at + layout.MOST > this.words.length) this.handOver();
    if (kind === NOT_TCP) this.bare(segment);
    else if (kind === ICMP_ERROR) this.icmpError(icmp);
    else this.segment(segment, kind, worth);
  }

  private bare({ seconds, nanos, frame }: Segment): void {
    const { words, at } = this;
    words[at] = NOT_TCP;
    words[at + layout.SECONDS] = seconds;
    words[at + layout.NANOS] = nanos;
    words[at + layout.FRAME] = frame;
    this.at = at + layout.BARE;
  }

  private segment(s: Segment, kind: number, worth: number): void {
    const { words, at } = this;
    words[at + layout.SECONDS] = s.seconds;
    words[at + layout.NANOS] = s.nanos;
    words[at + layout.FRAME] = s.frame;
    words[at + layout.HEADER] =
      s.flags |
      (s.ecn << layout.ECN_SHIFT) |
      ((s.headerLength >> 2) << layout.OFFSET_SHIFT) |
      (s.ttl << layout.TTL_SHIFT);
    words[at + layout.PORTS] = (s.srcPort << 16) | s.dstPort;
    words[at + layout.SEQ] = s.seq;
    words[at + layout.ACK] = s.ack;
    words[at + layout.LENGTH] = s.length;
    words[at + layout.SOURCE] = s.srcD;
    words[at + layout.DESTINATION] = s.dstD;
    words[at + layout.IP_ID] = s.ipId;
    words[at + layout.LINK_HASH] = s.linkHash;
    const { tuples } = this;
    words[at + layout.TUPLE] = tuples === null ? -1 : tuples.find(s);
    let parts = tuples?.fromLow ? layout.FROM_LOW : 0;
    if (tuples !== null && tuples.entries.length >= this.mostTuples) this.tuples = null;
    let next = at + layout.ALWAYS;
    if (s.ipVersion === 6) {
      parts |= layout.IPV6;
      words[next] = s.srcA;
      words[next + 1] = s.srcB;
      words[next + 2] = s.srcC;
      words[next + 3] = s.dstA;
      words[next + 4] = s.dstB;
      words[next + 5] = s.dstC;
      next += 6;
    }
    if (s.hasTimestamps) {
      parts |= layout.TIMESTAMPS;
      words[next] = s.tsVal;
      words[next + 1] = s.tsEcr;
      next += 2;
    }
    if (s.mss !== 0 || s.windowScale >= 0 || s.sackPermitted || s.tfoCookie >= 0 || s.mptcp) {
      parts |= layout.OPTIONS;
      words[next] = s.mss | ((s.windowScale + 1) << 16);
      words[next + 1] =
        (s.sackPermitted ? layout.SACK_PERMITTED : 0) |
        (s.mptcp ? layout.MPTCP | (s.mptcpKinds << layout.MPTCP_KINDS_SHIFT) : 0) |
        ((s.tfoCookie + 1) << layout.COOKIE_SHIFT);
      next += 2;
    }
    if (s.sackCount > 0) {
      parts |= layout.SACK;
      words[next++] = s.sackCount;
      for (let i = 0; i < 2 * s.sackCount; i++) words[next++] = s.sack[i]!;
    }
    if (s.tunnel !== 0) {
      parts |= layout.TUNNEL;
      words[next++] = s.tunnel;
    }
    if ((s.troubles | s.interface | s.urgent) !== 0 || s.payloadCaptured !== s.length) {
      parts |= layout.ODD;
      words[next] = s.troubles;
      words[next + 1] = s.interface;
      words[next + 2] = s.checksum | (s.urgent << 16);
      words[next + 3] = (s.troubles & BAD_DATA_OFFSET) === 0 ? s.payloadCaptured : s.undivided;
      next += 4;
    }
    if (
      s.payloadCaptured > 0 &&
      (s.length <= layout.PAYLOAD_BYTES || s.srcPort === SOCKS_PORT || s.dstPort === SOCKS_PORT)
    ) {
      parts |= layout.PAYLOAD;
      next = this.payload(s, next);
    }
    words[at] = kind | (worth << layout.WORTH_SHIFT) | parts | (s.window << layout.WINDOW_SHIFT);
    this.at = next;
  }

  private payload({ bytes, payloadStart, payloadCaptured }: Segment, word: number): number {
    const held = Math.min(payloadCaptured, layout.PAYLOAD_BYTES);
    for (let i = 0; i < held; i++) this.bytes[4 * word + i] = bytes[payloadStart + i]!;
    return word + ((held + 3) >> 2);
  }

  private icmpError(icmp: IcmpError): void {
    this.segment(icmp.quoted, ICMP_ERROR, 0);
    const { words, at } = this;
    words[at] =
      icmp.type |
      (icmp.code << layout.ICMP_CODE_SHIFT) |
      (icmp.quotesWholeHeader ? layout.ICMP_QUOTES_WHOLE : 0) |
      (icmp.ipVersion === 6 ? layout.ICMP_IPV6 : 0);
    words[at + 1] = icmp.mtu;
    words[at + 2] = icmp.srcA;
    words[at + 3] = icmp.srcB;
    words[at + 4] = icmp.srcC;
    words[at + 5] = icmp.srcD;
    this.at = at + layout.ICMP;
  }

  private tellNews(): void {
    const { noted } = this.names;
    if (noted.length > 0) this.tell({ names: noted.splice(0) });
    const { endSeconds, endNanos } = this.receiver.info;
    if (endSeconds === this.toldEndSeconds && endNanos === this.toldEndNanos) return;
    this.toldEndSeconds = endSeconds;
    this.toldEndNanos = endNanos;
    this.tell({ end: { endSeconds, endNanos } });
  }

  private tellTunnel(tunnel: number): void {
    this.lastTunnel = tunnel;
    const text = this.toldTunnels.has(tunnel) ? null : this.receiver.tunnelText(tunnel);
    if (text === null) return;
    this.toldTunnels.add(tunnel);
    this.tell({ tunnel: [tunnel, text] });
  }

  /** In as many records as it takes. */
  private tell(telling: Telling): void {
    const text = encoder.encode(JSON.stringify(telling));
    for (let from = 0; from < text.length; ) {
      if (this.at + layout.MOST > this.words.length) this.handOver();
      const { words, bytes, at } = this;
      const start = at + layout.TELLING_HEAD;
      const piece = text.subarray(from, from + 4 * (words.length - start));
      from += piece.length;
      words[at] = layout.TELLING | (from < text.length ? layout.GOES_ON : 0);
      words[at + 1] = piece.length;
      bytes.set(piece, 4 * start);
      this.at = start + ((piece.length + 3) >> 2);
    }
  }

  private handOver(): void {
    this.words = this.exchange(this.at);
    this.bytes = bytesOf(this.words);
    this.at = 0;
  }
}

const encoder = new TextEncoder();

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Names as they come: a capture may change its mind. */
class NotedNames extends Map<string, string> {
  readonly noted: [address: string, name: string][] = [];

  override set(address: string, name: string): this {
    this.noted.push([address, name]);
    return super.set(address, name);
  }
}
