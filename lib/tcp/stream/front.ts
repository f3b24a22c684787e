import { seqAdd, seqDiff } from '../../bytes/seq.ts';

/**
 * Where a stream stands: the next byte to hand out, as a position, which counts on beyond 2^32, and as the sequence number
 * that goes with it. Whatever lies within 2^31 of it has a position (RFC 9293 3.4).
 */
export class Front {
  position = 0;
  private next: number;

  constructor(seq: number) {
    this.next = seq;
  }

  positionOf(seq: number): number {
    return this.position + seqDiff(seq, this.next);
  }

  moveTo(position: number): void {
    this.next = seqAdd(this.next, position - this.position);
    this.position = position;
  }
}
