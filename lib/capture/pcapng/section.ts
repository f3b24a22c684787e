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
  private droppedByPackets = 0;
  private droppedByStatistics: number | null = null;

  constructor(info: CaptureInfo) {
    this.info = info;
  }

  begin(): void {
    this.interfaces = [];
  }

  /** Packets that a packet says were lost before it. */
  addDropped(count: number): void {
    this.droppedByPackets += count;
    this.tellDropped();
  }

  /** Packets dropped on an interface so far, as a statistics block has it. */
  setDropped(source: SectionInterface, count: number): void {
    this.droppedByStatistics = (this.droppedByStatistics ?? 0) + count - source.dropped;
    source.dropped = count;
    this.tellDropped();
  }

  /** Statistics count for the whole capture and win over what packets tell. */
  private tellDropped(): void {
    this.info.dropped = this.droppedByStatistics ?? this.droppedByPackets;
  }
}
