import { BAD_DATA_OFFSET, HEADER_CUT, type Segment } from '../../packet/segment.ts';
import { ZeekRow } from './row.ts';

/** Finished rows kept of one connection: more would be a 4-tuple used again and again. */
const MOST_ROWS = 16;

/** What one row of conn.log says. */
export interface ConnLogRow {
  /** `S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH`. */
  readonly connState: string;
  /** Upper case what the originator sent, `^` where Zeek flipped the roles. */
  readonly history: string;
  readonly originatorIsClient: boolean;
  readonly segments: number;
}

/**
 * What Zeek's conn.log would say of a connection (`conn_state` and `history`), for users who cross-check. Made only for
 * connections of which it is asked, and fed every segment of theirs in capture order.
 *
 * Zeek ends a row at timers and begins another with what follows (an attempt after 5 s, a closed connection 5 s after
 * its close, a silent one after 5 minutes), and at SYNs that look like reuse. Where one connection makes several rows,
 * the one with the most segments speaks for it, the earliest of equals.
 */
export class ZeekConnection {
  private row: ZeekRow | null = null;
  private readonly finished: ConnLogRow[] = [];
  private startSeconds = 0;
  private startNanos = 0;

  /** `checksumBad`: Zeek would verify and refuse the segment's checksum; it then notes `C` and looks no further. */
  step(segment: Segment, fromClient: boolean, checksumBad = false): void {
    let row = this.row;
    if (row === null) {
      this.startSeconds = segment.seconds;
      this.startNanos = segment.nanos;
    }
    const time = segment.seconds - this.startSeconds + (segment.nanos - this.startNanos) / 1e9;
    if (row === null || row.expired(time) || row.isReusedBy(segment)) {
      if (row !== null && this.finished.length < MOST_ROWS) this.finished.push(summarise(row));
      row = new ZeekRow(segment, fromClient, time);
      this.row = row;
    }
    if ((segment.troubles & (BAD_DATA_OFFSET | HEADER_CUT)) !== 0) return;
    if (checksumBad) row.badChecksum(fromClient);
    else row.step(segment, fromClient, time);
  }

  /** Every row that Zeek would write for this connection, in order. */
  rows(): ConnLogRow[] {
    return this.row === null ? [] : [...this.finished, summarise(this.row)];
  }

  connState(): string {
    return this.fullest()?.connState ?? 'OTH';
  }

  history(): string {
    return this.fullest()?.history ?? '';
  }

  private fullest(): ConnLogRow | null {
    let best: ConnLogRow | null = null;
    for (const row of this.rows()) if (best === null || row.segments > best.segments) best = row;
    return best;
  }
}

function summarise(row: ZeekRow): ConnLogRow {
  return {
    connState: row.connState(),
    history: row.history.letters,
    originatorIsClient: row.originatorIsClient,
    segments: row.segments,
  };
}
