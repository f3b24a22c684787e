import type { ZeekRowFacts } from '../../facts/connection.ts';
import { BAD_DATA_OFFSET, HEADER_CUT, type Segment } from '../../packet/segment.ts';
import { ZeekRow } from './row.ts';

/** Rows kept of one connection: more would be a 4-tuple used again and again. */
const MOST_ROWS = 16;

/**
 * What Zeek's conn.log would say of a connection (`conn_state` and `history`), for users who cross-check. Made only for
 * connections of which it is asked, and fed every segment of theirs in capture order.
 *
 * Zeek ends a row at timers and begins another with what follows (an attempt after 5 s, a closed connection 5 s after
 * its close, a silent one after 5 minutes), and at SYNs that look like reuse. So one connection may make several rows.
 */
export class ZeekConnection {
  private readonly rows: Tally[] = [];
  private startSeconds = 0;
  private startNanos = 0;

  /** `checksumBad`: Zeek would verify and refuse the segment's checksum; it then notes `C` and looks no further. */
  step(segment: Segment, fromClient: boolean, checksumBad = false): void {
    const { rows } = this;
    if (rows.length === 0) {
      this.startSeconds = segment.seconds;
      this.startNanos = segment.nanos;
    }
    const time = segment.seconds - this.startSeconds + (segment.nanos - this.startNanos) / 1e9;
    let tally = rows[rows.length - 1];
    if (tally === undefined || tally.row.expired(time) || tally.row.isReusedBy(segment)) {
      tally = new Tally(new ZeekRow(segment, fromClient, time), segment);
      // Beyond the most, the last one is given up for the next.
      rows[Math.min(rows.length, MOST_ROWS - 1)] = tally;
    }
    tally.count(segment, fromClient);
    if ((segment.troubles & (BAD_DATA_OFFSET | HEADER_CUT)) !== 0) return;
    if (checksumBad) tally.row.badChecksum(fromClient);
    else tally.row.step(segment, fromClient, time);
  }

  /**
   * The rows from `frame` on turn out to be another connection's. Null if there are none, or no other ones.
   * `rolesTurned`: the client of this connection is the server of that one.
   */
  splitAt(frame: number, rolesTurned: boolean): ZeekConnection | null {
    const first = this.rows.findIndex((tally) => tally.firstFrame >= frame);
    if (first <= 0) return null;
    const other = new ZeekConnection();
    other.startSeconds = this.startSeconds;
    other.startNanos = this.startNanos;
    other.rows.push(...this.rows.splice(first));
    if (rolesTurned) for (const tally of other.rows) tally.turnRoles();
    return other;
  }

  /** Every row that Zeek would write for this connection, in order. */
  facts(): ZeekRowFacts[] {
    return this.rows.map((tally) => tally.facts());
  }
}

/** Place in `rows` of the one that speaks for its connection: that with the most segments, the first of equals. */
export function fullest(rows: readonly ZeekRowFacts[]): number {
  const segments = rows.map(({ packetsFromClient, packetsFromServer }) => packetsFromClient + packetsFromServer);
  return segments.indexOf(Math.max(...segments));
}

/** A row, and what it took in. */
class Tally {
  readonly row: ZeekRow;
  readonly firstFrame: number;
  private readonly startSeconds: number;
  private readonly startNanos: number;
  private endSeconds = 0;
  private endNanos = 0;
  private lastFrame = 0;
  private packetsFromClient = 0;
  private packetsFromServer = 0;
  private bytesFromClient = 0;
  private bytesFromServer = 0;

  constructor(row: ZeekRow, first: Segment) {
    this.row = row;
    this.firstFrame = first.frame;
    this.startSeconds = first.seconds;
    this.startNanos = first.nanos;
  }

  count(segment: Segment, fromClient: boolean): void {
    this.endSeconds = segment.seconds;
    this.endNanos = segment.nanos;
    this.lastFrame = segment.frame;
    if (fromClient) {
      this.packetsFromClient++;
      this.bytesFromClient += segment.length;
    } else {
      this.packetsFromServer++;
      this.bytesFromServer += segment.length;
    }
  }

  turnRoles(): void {
    this.row.originatorIsClient = !this.row.originatorIsClient;
    [this.packetsFromClient, this.packetsFromServer] = [this.packetsFromServer, this.packetsFromClient];
    [this.bytesFromClient, this.bytesFromServer] = [this.bytesFromServer, this.bytesFromClient];
  }

  facts(): ZeekRowFacts {
    const { row } = this;
    return {
      connState: row.connState(),
      history: row.history.letters,
      originator: row.originatorIsClient ? 'client' : 'server',
      start: { seconds: this.startSeconds, nanos: this.startNanos },
      end: { seconds: this.endSeconds, nanos: this.endNanos },
      firstFrame: this.firstFrame,
      lastFrame: this.lastFrame,
      packetsFromClient: this.packetsFromClient,
      packetsFromServer: this.packetsFromServer,
      bytesFromClient: this.bytesFromClient,
      bytesFromServer: this.bytesFromServer,
    };
  }
}
