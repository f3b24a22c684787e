/** What is known of how far a stream goes, in positions: what was acknowledged of it, and where its FIN stands. */
export class Bounds {
  acked = Number.NEGATIVE_INFINITY;
  end = Number.POSITIVE_INFINITY;
  /** More than the FIN was acknowledged: it was forged, or damaged. */
  private endRefuted = false;

  get isAcknowledged(): boolean {
    return this.acked !== Number.NEGATIVE_INFINITY;
  }

  get isEndKnown(): boolean {
    return this.end !== Number.POSITIVE_INFINITY;
  }

  endAt(position: number): void {
    if (!this.endRefuted) this.end = position;
  }

  acknowledge(position: number): void {
    if (position > this.acked) this.acked = position;
    if (this.acked <= this.end + 1) return;
    this.end = Number.POSITIVE_INFINITY;
    this.endRefuted = true;
  }
}
