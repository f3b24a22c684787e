/**
 * Which connection a SYN belongs to. A 4-tuple names a connection only while it lasts: port reuse makes a new
 * incarnation (RFC 9293 3.4.1, RFC 6191), while a forged or repeated SYN, answered by a challenge ACK, stays in the one
 * that is alive (RFC 9293 3.10.7.4, fourth).
 */
import { seqDiff } from '../bytes/seq.ts';
import { CLOSED, ESTABLISHED, SYN_RECEIVED, SYN_SENT, TIME_WAIT } from '../facts/state.ts';
import { ACK, type Segment } from '../packet/segment.ts';
import type { Connection, Endpoint } from './connection.ts';
import { elapsed } from './timing/elapsed.ts';

export const SAME = 0;
/** A new incarnation begins with this segment. */
export const NEW = 1;
/** The sender tries its SYN again with another initial sequence number, before any answer. */
export const RETRIED = 2;
/** A SYN inside a live connection: what answers it will tell. */
export const STRAY = 3;
/** This SYN-ACK answers the stray SYN: a new incarnation had begun with that one. */
export const STRAY_ACCEPTED = 4;

/** An attempt is given up for a new one after this long without an answer (RFC 9293 3.8.3: at least 3 minutes). */
const GIVEN_UP_SECONDS = 180;

/** A SYN that comes again this soon is the same one, seen or delivered twice. */
const COPY_SECONDS = 0.02;

/** What a segment with SYN is to the connection that holds its 4-tuple. */
export function identify(c: Connection, fromClient: boolean, s: Segment): number {
  const e = fromClient ? c.client : c.server;
  const peer = fromClient ? c.server : c.client;
  return (s.flags & ACK) === 0 ? identifySyn(c, e, peer, s) : identifySynAck(c, e, peer, s);
}

function identifySyn(c: Connection, e: Endpoint, peer: Endpoint, s: Segment): number {
  const sameNumber = e.syns > 0 && seqDiff(s.seq, e.flow.isn) === 0;
  if (isOver(c)) {
    // A copy of the SYN that was refused just now; any later one is an attempt of its own (some stacks retry so).
    const copy = sameNumber && elapsed(s, c.synSeconds, c.synNanos) < COPY_SECONDS;
    return copy ? SAME : NEW;
  }
  if (sameNumber) return SAME;
  if (e.syns === 0 && e.flow.started === 0) return SAME; // the other end's SYN: simultaneous open
  if (e.state === SYN_SENT && !hasAnswered(peer)) {
    return s.seconds - c.lastSeconds > GIVEN_UP_SECONDS ? NEW : RETRIED;
  }
  // Its socket is gone: what it sends now is a new attempt.
  if (e.state === CLOSED || e.state === TIME_WAIT) return NEW;
  // It never took the SYN-ACK, and now asks anew.
  if (e.state === SYN_SENT || (e.state === ESTABLISHED && e.unconfirmed > 0 && peer.state === SYN_RECEIVED)) return NEW;
  return STRAY;
}

function identifySynAck(c: Connection, e: Endpoint, peer: Endpoint, s: Segment): number {
  const strays = c.oddities?.straySyns;
  if (strays !== undefined && strays.length > 0) {
    const stray = strays[strays.length - 1]!;
    const fromPeer = (stray.from === 'client') === (peer === c.client);
    if (fromPeer && seqDiff(s.ack, stray.seq) === 1) return STRAY_ACCEPTED;
  }
  const sameNumber = e.syns > 0 && seqDiff(s.seq, e.flow.isn) === 0;
  // Both ends are done, and here begins another whose SYN the capture does not hold.
  return isOver(c) && !sameNumber && e.syns > 0 ? NEW : SAME;
}

function hasAnswered(e: Endpoint): boolean {
  return e.change >= 0;
}

/** Neither end has anything left to do but to wait: CLOSED after something happened, or TIME_WAIT. */
export function isOver(c: Connection): boolean {
  const { client, server } = c;
  if (client.change < 0 && server.change < 0) return false;
  return isDone(client) && isDone(server);
}

function isDone(e: Endpoint): boolean {
  return e.state === CLOSED || e.state === TIME_WAIT;
}
