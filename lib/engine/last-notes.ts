import { seqGt } from '../bytes/seq.ts';
import {
  CLOSE_LINGERS,
  HANDSHAKE_INCOMPLETE,
  HANDSHAKE_SLOW,
  MIDSTREAM,
  ONE_SIDED,
  OPEN,
  OPTIONS_UNEVEN,
  RESENT_BY_TIMER,
  RETRANSMITTED,
  RTT_SPREAD,
  SPURIOUS,
} from '../facts/notes.ts';
import { CLOSE_WAIT, CLOSING, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, LAST_ACK } from '../facts/state.ts';
import type { Connection, Endpoint } from '../tcp/connection.ts';
import { OFFERED_SACK, OFFERED_SCALE, OFFERED_TIMESTAMPS, OPTIONS_CUT, SYN_SEEN } from '../tcp/flow.ts';
import { Change, type Timeline } from '../tcp/state/timeline.ts';

const SLOW_HANDSHAKE_MICROS = 100_000;
/** A closing state that lasts longer is worth a look, seconds (facts/notes.ts: CLOSE_LINGERS). */
const LINGERS_SECONDS = 0.1;
const SPREAD_MICROS = 100_000;
/** Less than this is no load under which round trips could grow, bytes. */
const LOAD_BYTES = 65_536;
const SMALL_MSS = 1200;
/** Segments that a sender may send before the first answer (RFC 6928 2). */
const INITIAL_WINDOW = 10;

/** Notes that only the end of a connection can take. */
export class LastNotes {
  private readonly timeline: Timeline;
  private readonly change = new Change();

  constructor(timeline: Timeline) {
    this.timeline = timeline;
  }

  /** `endSeconds`: of the capture. */
  of(c: Connection, endSeconds: number): number {
    const { client, server } = c;
    let notes = 0;
    if (!c.handshakeSeen) notes |= MIDSTREAM;
    if (!c.revived && isOneSided(c)) notes |= ONE_SIDED;
    if (spreads(client) || spreads(server)) notes |= RTT_SPREAD;
    if ((c.notes & RETRANSMITTED) !== 0 && !isWhole(c)) notes |= SPURIOUS | RESENT_BY_TIMER;
    if ((client.fins | server.fins | (c.oddities?.resets.length ?? 0)) === 0) notes |= OPEN;
    if (c.clientHalfMicros + c.serverHalfMicros >= SLOW_HANDSHAKE_MICROS) notes |= HANDSHAKE_SLOW;
    if (c.handshakeSeen && !this.reached(server, ESTABLISHED)) notes |= HANDSHAKE_INCOMPLETE;
    if (this.lingers(client, endSeconds) || this.lingers(server, endSeconds)) notes |= CLOSE_LINGERS;
    if (optionsUneven(client, server)) notes |= OPTIONS_UNEVEN;
    return notes;
  }

  private reached(e: Endpoint, state: number): boolean {
    for (let i = e.change; i >= 0; i = this.timeline.below(i)) {
      if (this.timeline.read(i, this.change).state === state) return true;
    }
    return false;
  }

  /** Some state between the first FIN and the end of waiting lasted. */
  private lingers(e: Endpoint, endSeconds: number): boolean {
    let until = endSeconds + 1;
    for (let i = e.change; i >= 0; i = this.timeline.below(i)) {
      const { state, seconds, nanos } = this.timeline.read(i, this.change);
      const start = seconds + nanos / 1e9;
      if (isClosing(state) && until - start >= LINGERS_SECONDS) return true;
      until = start;
    }
    return false;
  }
}

/**
 * Only one endpoint was seen, and what it sent shows that the other sent something meanwhile: it answers more than it did at
 * first, completes a handshake, or sends more than anybody may without an answer. A packet or two are no proof.
 */
function isOneSided(c: Connection): boolean {
  const { client, server } = c;
  if (client.flow.packets > 0 && server.flow.packets > 0) return false;
  const [seen, unseen] = client.flow.packets > 0 ? [client, server] : [server, client];
  if (unseen.flow.ackSeen === 0) return false;
  return c.handshakeSeen || seqGt(unseen.flow.acked, unseen.flow.isn) || seen.flow.dataSegments > INITIAL_WINDOW;
}

/** The capture holds both directions, and how they began: without that, nobody can tell what retransmissions were. */
function isWhole({ handshakeSeen, client, server }: Connection): boolean {
  return handshakeSeen && client.flow.packets > 0 && server.flow.packets > 0;
}

/** It sent much, and the round trips differ by more than 100 ms. */
function spreads({ flow }: Endpoint): boolean {
  if (flow.bytes < LOAD_BYTES) return false;
  const { samples, min, max } = flow.roundTrips;
  return samples > 0 && max - min > SPREAD_MICROS;
}

function isClosing(state: number): boolean {
  return (
    state === CLOSE_WAIT || state === FIN_WAIT_1 || state === FIN_WAIT_2 || state === CLOSING || state === LAST_ACK
  );
}

/** An option that one SYN offered and the other did not answer, or an MSS that is small or missing. */
function optionsUneven(client: Endpoint, server: Endpoint): boolean {
  const ours = client.flow;
  const theirs = server.flow;
  if ((ours.options & theirs.options & SYN_SEEN) === 0 || ((ours.options | theirs.options) & OPTIONS_CUT) !== 0)
    return false;
  const offered = OFFERED_SACK | OFFERED_SCALE | OFFERED_TIMESTAMPS;
  return ((ours.options ^ theirs.options) & offered) !== 0 || ours.mss < SMALL_MSS || theirs.mss < SMALL_MSS;
}
