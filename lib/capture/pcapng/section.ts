import type { CaptureInfo } from '../reader.ts';
import type { TimeScale } from './time-scale.ts';

/** An interface of the section being read. */
export interface SectionInterface {
  /** Its place in `CaptureInfo.interfaces`. */
  readonly number: number;
  readonly linkType: number;
  readonly snapLength: number;
  readonly mostCaptured: number;
  readonly timeScale: TimeScale;
  /** Length of the frame check sequence in the form of epb_flags, for packets that don't say. */
  readonly flags: number;
  /** Packets dropped by the latest statistics block. */
  dropped: number;
}

/** What blocks need to know of the blocks before them. Interface ids, and byte order, are per section. */
export class Section {
  readonly info: CaptureInfo;
  interfaces: SectionInterface[] = [];
  /** Its header is one we understand. */
  readable = false;
  /** Time of the last packet: simple packets have none of their own, but come after it. */
  lastSeconds = 0;
  lastNanos = 0;
  /** Packets lost as told by packets themselves, and whether any did. */
  droppedBefore = 0;
  dropsCounted = false;
  /** Dropped packets of interfaces of earlier sections. */
  droppedEarlier = 0;
  statisticsSeen = false;

  constructor(info: CaptureInfo) {
    this.info = info;
  }

  begin(): void {
    this.droppedEarlier = this.droppedByStatistics();
    this.interfaces = [];
  }

  /** Statistics blocks count for the whole capture and win over the counts that packets carry. */
  tellDrops(): void {
    this.info.dropped = this.statisticsSeen ? this.droppedByStatistics() : this.droppedBefore;
  }

  private droppedByStatistics(): number {
    let dropped = this.droppedEarlier;
    for (const { dropped: count } of this.interfaces) dropped += count;
    return dropped;
  }
}
