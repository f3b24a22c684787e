import { emptyInfo } from '../../capture/info.ts';
import type { CaptureInfo } from '../../capture/reader.ts';
import { CHECKSUM_UNKNOWN } from '../../packet/checksum.ts';
import { ICMP_ERROR, NOT_TCP } from '../../packet/decoder.ts';
import { IcmpError } from '../../packet/icmp-error.ts';
import { BAD_DATA_OFFSET, Segment } from '../../packet/segment.ts';
import { FrameQuality } from './frame-quality.ts';
import * as layout from './layout.ts';
import type { FrameFacts, Receiver } from './receiver.ts';
import type { Telling } from './telling.ts';
import { Times } from './times.ts';

/**
 * Receives what a `Relay` has received before, on another thread as may be: `write` takes its blocks. A segment is all that
 * it was, but for what nobody looks at: checksums that are not odd, and payload that layout.ts leaves behind.
 */
export class RelayedReceiver implements Receiver {
  kind: number = NOT_TCP;
  worth: number = CHECKSUM_UNKNOWN;
  comments: readonly string[] | null = null;
  readonly segment: Segment = new Segment();
  readonly icmp: IcmpError = new IcmpError();
  readonly times: Times = new Times();
  readonly info: CaptureInfo = emptyInfo();
  readonly full = false;
  private whole: FrameFacts = { ...new FrameQuality().facts(), skipped: [] };
  private readonly tunnels = new Map<number, string>();
  private readonly decoder = new TextDecoder();
  private words: Int32Array = new Int32Array(0);
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  /** The pieces so far of what is being told. */
  private pieces: Uint8Array[] = [];
  private nextComments: readonly string[] | null = null;

  /** `block`: whole records, from a boundary of words on. */
  write(block: Uint8Array): void {
    this.bytes = block;
    this.words = new Int32Array(block.buffer, block.byteOffset, block.byteLength >> 2);
    this.at = 0;
  }

  end(): void {}

  next(): boolean {
    const { words, segment } = this;
    while (this.at < words.length) {
      const { at } = this;
      const head = words[at]!;
      const kind = head & layout.KIND;
      if (kind === layout.TELLING) {
        this.hear(head, at);
        continue;
      }
      const seconds = words[at + layout.SECONDS]! >>> 0;
      const nanos = words[at + layout.NANOS]!;
      this.times.add(seconds, nanos);
      segment.seconds = seconds;
      segment.nanos = nanos;
      segment.frame = words[at + layout.FRAME]! >>> 0;
      this.kind = kind;
      this.comments = this.nextComments;
      this.nextComments = null;
      if (kind === NOT_TCP) this.at = at + layout.BARE;
      else if (kind === ICMP_ERROR) this.readIcmpError(at);
      else {
        this.worth = (head >>> layout.WORTH_SHIFT) & layout.WORTH;
        this.at = this.readSegment(head, at, segment);
      }
      return true;
    }
    return false;
  }

  tunnelText(tunnel: number): string | null {
    return this.tunnels.get(tunnel) ?? null;
  }

  /** Once the other thread has told all. */
  facts(): FrameFacts {
    return this.whole;
  }

  /** Fills `s`, but for frame and time; where the record ends. */
  private readSegment(head: number, at: number, s: Segment): number {
    const { words } = this;
    const header = words[at + layout.HEADER]!;
    const ports = words[at + layout.PORTS]!;
    const length = words[at + layout.LENGTH]!;
    s.tuple = words[at + layout.TUPLE]!;
    s.fromLow = (head & layout.FROM_LOW) !== 0;
    s.window = head >>> layout.WINDOW_SHIFT;
    s.flags = header & 0x1ff;
    s.ecn = (header >>> layout.ECN_SHIFT) & 3;
    s.headerLength = ((header >>> layout.OFFSET_SHIFT) & 15) << 2;
    s.ttl = (header >>> layout.TTL_SHIFT) & 0xff;
    s.srcPort = ports >>> 16;
    s.dstPort = ports & 0xffff;
    s.seq = words[at + layout.SEQ]!;
    s.ack = words[at + layout.ACK]!;
    s.length = length;
    s.srcD = words[at + layout.SOURCE]!;
    s.dstD = words[at + layout.DESTINATION]!;
    s.ipId = words[at + layout.IP_ID]!;
    s.linkHash = words[at + layout.LINK_HASH]!;
    let next = at + layout.ALWAYS;
    if ((head & layout.IPV6) !== 0) {
      s.ipVersion = 6;
      s.srcA = words[next]!;
      s.srcB = words[next + 1]!;
      s.srcC = words[next + 2]!;
      s.dstA = words[next + 3]!;
      s.dstB = words[next + 4]!;
      s.dstC = words[next + 5]!;
      next += 6;
    } else {
      s.ipVersion = 4;
      s.srcA = 0;
      s.srcB = 0;
      s.srcC = 0;
      s.dstA = 0;
      s.dstB = 0;
      s.dstC = 0;
    }
    if ((head & layout.TIMESTAMPS) !== 0) {
      s.hasTimestamps = true;
      s.tsVal = words[next]!;
      s.tsEcr = words[next + 1]!;
      next += 2;
    } else {
      s.hasTimestamps = false;
      s.tsVal = 0;
      s.tsEcr = 0;
    }
    if ((head & layout.OPTIONS) !== 0) {
      const [sizes, others] = [words[next]!, words[next + 1]!];
      s.mss = sizes & 0xffff;
      s.windowScale = (sizes >>> 16) - 1;
      s.sackPermitted = (others & layout.SACK_PERMITTED) !== 0;
      s.mptcp = (others & layout.MPTCP) !== 0;
      if (s.mptcp) s.mptcpKinds = others >>> layout.MPTCP_KINDS_SHIFT;
      s.tfoCookie = ((others >>> layout.COOKIE_SHIFT) & layout.COOKIE) - 1;
      next += 2;
    } else {
      s.mss = 0;
      s.windowScale = -1;
      s.sackPermitted = false;
      s.mptcp = false;
      s.tfoCookie = -1;
    }
    s.sackCount = 0;
    if ((head & layout.SACK) !== 0) {
      s.sackCount = words[next++]!;
      for (let i = 0; i < 2 * s.sackCount; i++) s.sack[i] = words[next++]!;
    }
    s.tunnel = (head & layout.TUNNEL) !== 0 ? words[next++]! : 0;
    if ((head & layout.ODD) !== 0) {
      const sums = words[next + 2]!;
      s.troubles = words[next]!;
      s.interface = words[next + 1]!;
      s.checksum = sums & 0xffff;
      s.urgent = sums >>> 16;
      if ((s.troubles & BAD_DATA_OFFSET) === 0) s.payloadCaptured = words[next + 3]!;
      else {
        s.payloadCaptured = 0;
        s.undivided = words[next + 3]!;
      }
      next += 4;
    } else {
      s.troubles = 0;
      s.interface = 0;
      s.checksum = 0;
      s.urgent = 0;
      s.payloadCaptured = length;
    }
    s.bytes = this.bytes;
    // Whoever looks at payload that was left behind finds none.
    s.payloadStart = this.bytes.length;
    if ((head & layout.PAYLOAD) !== 0) {
      s.payloadStart = 4 * next;
      next += (Math.min(s.payloadCaptured, layout.PAYLOAD_BYTES) + 3) >> 2;
    }
    return next;
  }

  private readIcmpError(at: number): void {
    const { words, icmp, segment } = this;
    const next = this.readSegment(words[at]!, at, icmp.quoted);
    const said = words[next]!;
    icmp.frame = icmp.quoted.frame = segment.frame;
    icmp.seconds = icmp.quoted.seconds = segment.seconds;
    icmp.nanos = icmp.quoted.nanos = segment.nanos;
    icmp.ipVersion = (said & layout.ICMP_IPV6) !== 0 ? 6 : 4;
    icmp.quotesWholeHeader = (said & layout.ICMP_QUOTES_WHOLE) !== 0;
    icmp.code = (said >>> layout.ICMP_CODE_SHIFT) & 0xff;
    icmp.type = said & 0xff;
    icmp.mtu = words[next + 1]! >>> 0;
    icmp.srcA = words[next + 2]!;
    icmp.srcB = words[next + 3]!;
    icmp.srcC = words[next + 4]!;
    icmp.srcD = words[next + 5]!;
    this.at = next + layout.ICMP;
  }

  /** A piece of what is told; the last makes it whole. */
  private hear(head: number, at: number): void {
    const start = at + layout.TELLING_HEAD;
    const length = this.words[at + 1]!;
    this.pieces.push(this.bytes.slice(4 * start, 4 * start + length));
    this.at = start + ((length + 3) >> 2);
    if ((head & layout.GOES_ON) !== 0) return;
    const text = this.pieces.map((piece) => this.decoder.decode(piece, { stream: true })).join('');
    this.pieces = [];
    this.learn(JSON.parse(text + this.decoder.decode()));
  }

  private learn({ comments, tunnel, names, end, whole }: Telling): void {
    if (comments !== undefined) this.nextComments = comments;
    if (tunnel !== undefined) this.tunnels.set(...tunnel);
    for (const name of names ?? []) this.info.names.set(...name);
    Object.assign(this.info, end, whole?.info);
    if (whole !== undefined) this.whole = whole.facts;
  }
}
