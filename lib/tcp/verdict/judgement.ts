/** The verdict on the segment in hand: a reused cursor. Zeroes for a segment with nothing odd. */
export class Judgement {
  /** NOTHING_ODD, RETRANSMISSION .. ZERO_WINDOW_PROBE of facts/verdict.ts. */
  kind = 0;
  /** HOW_NONE .. HOW_NETWORK. */
  how = 0;
  /** A retransmission whose original had arrived. */
  spurious = false;
  /** LOW, MEDIUM, HIGH. */
  confidence = 0;
  /** Frame of the segment that it repeats, 0 for none. */
  of = 0;

  clear(): void {
    this.set(0, 0, false, 0, 0);
  }

  set(kind: number, how: number, spurious: boolean, confidence: number, of: number): void {
    this.kind = kind;
    this.how = how;
    this.spurious = spurious;
    this.confidence = confidence;
    this.of = of;
  }
}

/** Where the judge tells that an earlier verdict was wrong: later evidence revises it. */
export interface Revisions {
  /** The verdict on an earlier frame of the same capture is now `judgement` (borrowed: copy it). */
  revise(frame: number, judgement: Judgement): void;
}
