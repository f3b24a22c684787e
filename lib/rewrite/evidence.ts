import { Frame } from '../capture/frame.ts';
import { createReader } from '../capture/open.ts';
import type { CaptureInfo, CaptureReader } from '../capture/reader.ts';
import { Analyzer } from '../engine/analyzer.ts';
import type { Moment } from '../facts/moment.ts';
import type { PacketRow } from '../facts/packet-row.ts';
import { Decoder, NOT_TCP, TCP } from '../packet/decoder.ts';
import { FrameSet } from './frame-set.ts';

/**
 * The first reading of an extraction: which frames hold the segments that are meant, all parts of those that came in
 * fragments included. `write` the capture's chunks, then `end`.
 */
export class EvidenceFinder {
  private readonly frames = new FrameSet();
  private readonly analyzer: Analyzer;
  /** Beside the analyzer, which does not tell what a segment was put together from. */
  private readonly reader: CaptureReader;
  private readonly decoder = new Decoder();
  private readonly frame = new Frame();
  /** Frames of the parts, by the frame that completed the segment. */
  private readonly parts = new Map<number, readonly number[]>();

  /** Time of the capture's first packet. */
  private start: Moment | null = null;

  /**
   * `isMeant` is asked for every TCP segment once its verdict is final, with the time of the capture's first packet;
   * `extra` frames are meant anyhow; only `limit` frames are read.
   */
  constructor(
    isMeant: (row: PacketRow, start: Moment | null) => boolean,
    extra: readonly number[] = [],
    limit?: number,
  ) {
    this.reader = createReader(limit);
    for (const frame of extra) this.frames.add(frame);
    this.analyzer = new Analyzer({
      wake: 0,
      ...(limit === undefined ? {} : { limit }),
      onPacket: (row) => {
        if (isMeant(row, this.start)) this.frames.add(row.frame);
      },
    });
  }

  get full(): boolean {
    return this.reader.full === true;
  }

  /** What the capture tells of itself, as far as it was read. */
  get info(): CaptureInfo {
    return this.reader.info;
  }

  write(chunk: Uint8Array): void {
    this.reader.write(chunk);
    this.readOn();
    this.analyzer.write(chunk);
  }

  end(): FrameSet {
    this.reader.end();
    this.readOn();
    this.analyzer.end();
    for (const [whole, frames] of this.parts) {
      if (!this.frames.has(whole)) continue;
      for (const frame of frames) this.frames.add(frame);
    }
    return this.frames;
  }

  private readOn(): void {
    const { reader, frame, decoder } = this;
    while (reader.next(frame)) {
      this.start ??= { seconds: frame.seconds, nanos: frame.nanos };
      for (let kind = decoder.decode(frame); kind !== NOT_TCP; kind = decoder.decodeMore(frame)) {
        const { fragmentFrames } = decoder;
        if (kind !== TCP || fragmentFrames.length === 0) continue;
        this.parts.set(frame.number, [...(this.parts.get(frame.number) ?? []), ...fragmentFrames]);
      }
    }
  }
}
