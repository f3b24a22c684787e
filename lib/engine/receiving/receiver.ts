import { Frame } from '../../capture/frame.ts';
import { createReader } from '../../capture/open.ts';
import type { CaptureInfo, CaptureReader } from '../../capture/reader.ts';
import type { CaptureFacts } from '../../facts/capture.ts';
import { CHECKSUM_UNKNOWN } from '../../packet/checksum.ts';
import { Decoder, NOT_TCP, TCP } from '../../packet/decoder.ts';
import type { IcmpError } from '../../packet/icmp-error.ts';
import type { Segment } from '../../packet/segment.ts';
import type { AnalyzerOptions, SegmentWatch } from '../options.ts';
import { FrameQuality } from './frame-quality.ts';
import { Times } from './times.ts';

/**
 * The first half of the road: bytes -> frame -> segment, and what its checksum is worth. `next` makes the packet that
 * comes next the one in hand, until there is none; what is in hand is borrowed until the next `next`.
 */
export interface Receiver {
  /** Lends bytes until the next `write`; all that came of the ones before must be out. */
  write(chunk: Uint8Array): void;
  /** No more bytes will come. */
  end(): void;
  /** As many packets have been received as were to be. */
  readonly full: boolean;
  next(): boolean;

  /** What the packet in hand holds: NOT_TCP, TCP (in `segment`) or ICMP_ERROR (in `icmp`), as packet/decoder.ts has it. */
  readonly kind: number;
  /** Of any packet, frame number and time; the rest of TCP only. */
  readonly segment: Segment;
  readonly icmp: IcmpError;
  /** What the segment's checksum is worth (packet/checksum.ts). */
  readonly worth: number;
  readonly comments: readonly string[] | null;

  readonly times: Times;
  readonly info: CaptureInfo;
  /** A tunnel in words, by the number that segments bear; null for none. */
  tunnelText(tunnel: number): string | null;
  facts(): FrameFacts;
}

/** What there is to say of a capture without knowing its connections. */
export type FrameFacts = ReturnType<FrameQuality['facts']> & Pick<CaptureFacts, 'skipped'>;

/** Receives from a capture's own bytes. */
export class CaptureReceiver implements Receiver {
  kind: number = NOT_TCP;
  worth: number = CHECKSUM_UNKNOWN;
  comments: readonly string[] | null = null;
  readonly frame: Frame = new Frame();
  readonly segment: Segment;
  readonly icmp: IcmpError;
  readonly times: Times = new Times();
  readonly info: CaptureInfo;
  private readonly reader: CaptureReader;
  private readonly decoder = new Decoder();
  private readonly quality = new FrameQuality();
  private readonly watch: SegmentWatch | null;

  constructor({ limit, watch }: Pick<AnalyzerOptions, 'limit' | 'watch'> = {}) {
    this.reader = createReader(limit);
    this.info = this.reader.info;
    this.segment = this.decoder.segment;
    this.icmp = this.decoder.icmp;
    this.watch = watch ?? null;
  }

  write(chunk: Uint8Array): void {
    this.reader.write(chunk);
  }

  end(): void {
    this.reader.end();
  }

  get full(): boolean {
    return this.reader.full === true;
  }

  next(): boolean {
    const { frame, decoder } = this;
    if (decoder.more && this.nextOfFrame()) return true;
    if (!this.reader.next(frame)) return false;
    this.times.add(frame.seconds, frame.nanos);
    this.quality.frame(frame);
    this.comments = frame.comments;
    this.kind = decoder.decode(frame);
    if (this.kind === TCP) this.look();
    return true;
  }

  /** The next packet in the frame that is in hand; false where there is none. */
  private nextOfFrame(): boolean {
    this.kind = this.decoder.decodeMore(this.frame);
    this.comments = null;
    if (this.kind === TCP) this.look();
    return this.kind !== NOT_TCP;
  }

  private look(): void {
    const { segment } = this;
    if (this.watch !== null && !this.watch.wants(segment)) this.kind = NOT_TCP;
    else this.worth = this.quality.segment(segment, this.frame.offset);
  }

  tunnelText(tunnel: number): string | null {
    return this.decoder.tunnelText(tunnel);
  }

  facts(): FrameFacts {
    const skipped = [...this.decoder.skipped].map(([reason, { frames, firstFrame }]) => ({
      reason,
      frames,
      firstFrame,
    }));
    return { ...this.quality.facts(), skipped };
  }
}
