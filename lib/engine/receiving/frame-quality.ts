import type { Frame } from '../../capture/frame.ts';
import type { CaptureFacts } from '../../facts/capture.ts';
import { CHECKSUM_UNKNOWN, verifyChecksum } from '../../packet/checksum.ts';
import type { Segment } from '../../packet/segment.ts';

/** All segments are summed this far into the capture, bytes; beyond, one in sixteen: damage does not come alone. */
const SUMMED_BYTES = 64 * 1024 * 1024;
const SAMPLED = 15;
/** Lengths told apart. */
const MOST_LENGTHS = 1024;

/** What records and frames show of the capture, before anybody asks whose they are. */
export class FrameQuality {
  private packets = 0;
  private segments = 0;
  private lastSeconds = 0;
  private lastNanos = 0;
  private clockSteps = 0;
  private worstStep = 0;
  private firstStepFrame = 0;
  private cutFrames = 0;
  private readonly cutLengths = new Map<number, number>();
  private unchecked = false;

  frame(frame: Frame): void {
    const { seconds, nanos } = frame;
    const isBack = seconds < this.lastSeconds || (seconds === this.lastSeconds && nanos < this.lastNanos);
    if (this.packets++ > 0 && isBack) this.stepBack(frame);
    this.lastSeconds = seconds;
    this.lastNanos = nanos;
    if (frame.captured < frame.original) this.cut(frame.captured);
  }

  /**
   * What the checksum of a segment is worth (packet/checksum.ts), as far as it is looked at. `offset`: where its record
   * begins in the capture, bytes.
   */
  segment(s: Segment, offset: number): number {
    this.segments++;
    if (offset >= SUMMED_BYTES && (s.frame & SAMPLED) !== 0) {
      this.unchecked = true;
      return CHECKSUM_UNKNOWN;
    }
    return verifyChecksum(s);
  }

  facts(): Pick<
    CaptureFacts,
    'packets' | 'segments' | 'cutFrames' | 'snapLength' | 'clockSteps' | 'checksumsUnchecked'
  > {
    const [snapLength] = [...this.cutLengths].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [0];
    return {
      packets: this.packets,
      segments: this.segments,
      cutFrames: this.cutFrames,
      snapLength,
      clockSteps: { count: this.clockSteps, worst: this.worstStep, firstFrame: this.firstStepFrame },
      checksumsUnchecked: this.unchecked,
    };
  }

  private stepBack(frame: Frame): void {
    const step = this.lastSeconds - frame.seconds + (this.lastNanos - frame.nanos) / 1e9;
    if (this.clockSteps++ === 0) this.firstStepFrame = frame.number;
    if (step > this.worstStep) this.worstStep = step;
  }

  private cut(captured: number): void {
    this.cutFrames++;
    if (this.cutLengths.size < MOST_LENGTHS || this.cutLengths.has(captured)) {
      this.cutLengths.set(captured, (this.cutLengths.get(captured) ?? 0) + 1);
    }
  }
}
