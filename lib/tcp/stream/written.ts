import type { Tally } from './overlay.ts';

/** What came of one segment. */
export class Written implements Tally {
  /** Offset of its first byte, and how many bytes were missing in front of it. */
  offset = 0;
  ahead = 0;
  /** How long after later ones its new bytes came, seconds; 0 in order. */
  late = 0;
  fresh = 0;
  repeated = 0;
  differing = 0;
  uncompared = 0;

  begin(offset: number): void {
    this.offset = offset;
    this.ahead = 0;
    this.late = 0;
    this.fresh = 0;
    this.repeated = 0;
    this.differing = 0;
    this.uncompared = 0;
  }
}
