import type { ZeekRowFacts } from '../../facts/connection.ts';
import { BAD_DATA_OFFSET, HEADER_CUT, type Segment } from '../../packet/segment.ts';
import { ZeekRow } from './row.ts';

/** Rows kept of one connection: more would be a 4-tuple used again and again. */
const MOST_ROWS = 64;

const HEADER_LEAST = 20;

/**
 * What Zeek's conn.log would say of a connection (`conn_state` and `history`), for users who cross-check. Made only for
 * connections of which it is asked, and fed every segment of theirs in capture order.
 *
 * Zeek ends a row at timers and begins another with what follows (an attempt after 5 s, a closed connection 5 s after
 * its close, a silent one after 5 minutes), and at SYNs that look like reuse. So one connection may make several rows.
 */
export class ZeekConnection {
  private readonly rows: Tally[] = [];
  /** The row that Zeek is at. It may belong to the connection before, if Zeek has not begun another since. */
  private open: Tally | null = null;
  /** The client of the row that is open is the server of this connection. */
  private turned = false;
  private startSeconds = 0;
  private startNanos = 0;

  /** `checksumBad`: Zeek would verify and refuse the segment's checksum; it then notes `C` and looks no further. */
  step(segment: Segment, fromClient: boolean, checksumBad = false): void {
    if (this.open === null) {
      this.startSeconds = segment.seconds;
      this.startNanos = segment.nanos;
    }
    const time = segment.seconds - this.startSeconds + (segment.nanos - this.startNanos) / 1e9;
    let tally = this.open;
    if (tally === null || tally.row.expired(time) || (hasHeader(segment) && tally.row.isReusedBy(segment))) {
      const { rows } = this;
      tally = new Tally(new ZeekRow(segment, fromClient, time), segment);
      // Beyond the most, the last one is given up for the next.
      rows[Math.min(rows.length, MOST_ROWS - 1)] = tally;
      this.open = tally;
      this.turned = false;
    }
    const fromRowsClient = fromClient !== this.turned;
    tally.count(segment, fromRowsClient);
    if ((segment.troubles & (BAD_DATA_OFFSET | HEADER_CUT)) !== 0) return;
    if (checksumBad) tally.row.badChecksum(fromRowsClient);
    else tally.row.step(segment, fromRowsClient, time);
  }

  /**
   * A connection begins with `frame` on the same 4-tuple, perhaps after some of its segments had been taken for this one's.
   * Rows that reach so far are the new one's; where none does, Zeek may go on with the last row of this one.
   * `rolesTurned`: the client of this connection is the server of the new one.
   */
  succeededBy(frame: number, rolesTurned: boolean): ZeekConnection {
    const next = new ZeekConnection();
    next.startSeconds = this.startSeconds;
    next.startNanos = this.startNanos;
    next.open = this.open;
    const first = this.rows.findIndex((tally) => tally.lastFrame >= frame);
    if (first < 0) {
      next.turned = this.turned !== rolesTurned;
    } else {
      next.rows.push(...this.rows.splice(first));
      if (rolesTurned) for (const tally of next.rows) tally.turnRoles();
    }
    return next;
  }

  /** Every row that Zeek would write for this connection, in order. */
  facts(): ZeekRowFacts[] {
    return this.rows.map((tally) => tally.facts());
  }
}

/** The header claims to be one. */
function hasHeader({ troubles, headerLength }: Segment): boolean {
  return (troubles & BAD_DATA_OFFSET) === 0 || headerLength >= HEADER_LEAST;
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
  lastFrame = 0;
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
