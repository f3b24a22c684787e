import { DUPLICATE } from '../../facts/verdict.ts';
import { ACK, CWR, ECE, HEADER_CUT, RST, type Segment, SYN, URG } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { SYN_SEEN } from '../flow.ts';
import type { Judgement } from '../verdict/judgement.ts';
import { scaleOf } from '../verdict/plausible.ts';
import { agreeOnEcn, followMarks } from './ecn.ts';
import { noteAnswer, noteSyn, noteSynAck } from './handshake.ts';
import { noteRegression, noteTtl, noteUrgent } from './headers.ts';
import { fillAhead } from './numbers.ts';
import { noteRequest, noteResponse, type Services } from './responses.ts';
import { answerSilence } from './silences.ts';
import { endWait, NO_SMALL, noteSmall, SMALL_BYTES } from './small.ts';
import {
  ASKED,
  ECN_AGREED,
  SCALE_UNKNOWN,
  WATCH_AHEAD,
  WATCH_ECN,
  WATCH_SILENCE,
  WATCH_WINDOW,
  WATCHING,
} from './watch.ts';
import { noteDuplicateAck, noteOffered, noteShrunk, TINY_BYTES } from './windows.ts';

const CE = 3;

/**
 * Watches over the rare things of a connection, after the judge and the state machine have seen the segment. The usual
 * segment passes a few comparisons of integers and is gone.
 */
export function notice(c: Connection, fromClient: boolean, s: Segment, j: Judgement, services: Services): void {
  if (j.kind === DUPLICATE) return;
  const e = fromClient ? c.client : c.server;
  const peer = fromClient ? c.server : c.client;
  if (s.length !== 0) noticePayload(c, fromClient, e, peer, s, j.kind, services);
  else if (peer.small !== NO_SMALL) endWait(c, peer, s, j.kind);
  if ((s.flags & ACK) !== 0) {
    if (s.ack === peer.flow.next) peer.passed = peer.flow.largestSegment;
    // The right edge can only have moved left if the window is smaller than the last.
    if (s.window < e.window || s.window < TINY_BYTES || (c.watch & WATCH_WINDOW) !== 0)
      noticeWindow(c, e, peer, s, j.kind);
    if (j.kind === 0) e.window = s.window;
  }
  // A SYN may be stamped by another clock: a proxy's, a cookie's.
  if (s.hasTimestamps && (s.flags & SYN) === 0) {
    if (e.tsVal !== 0 && ((s.tsVal - e.tsVal) | 0) < 0) noteRegression(c, e, s, j.kind);
    else e.tsVal = s.tsVal;
  }
  if (s.ttl !== e.ttl) noteTtl(c, e, s);
  if (peer.flow.dupAcks !== e.dupAcks) {
    if (peer.flow.dupAcks > e.dupAcks) noteDuplicateAck(c, e, s);
    e.dupAcks = peer.flow.dupAcks;
  }
  if ((s.flags & (SYN | RST | URG | ECE | CWR)) !== 0 || s.ecn === CE || !c.steady || (c.watch & WATCHING) !== 0) {
    noticeRare(c, fromClient, e, peer, s, j.kind);
  }
}

function noticePayload(
  c: Connection,
  fromClient: boolean,
  e: Endpoint,
  peer: Endpoint,
  s: Segment,
  verdict: number,
  services: Services,
): void {
  if (fromClient) noteRequest(c, verdict);
  else if ((c.watch & ASKED) !== 0) noteResponse(c, s, verdict, services);
  peer.small = NO_SMALL;
  if ((s.length < SMALL_BYTES || (e.small | e.tinyRun) !== 0) && verdict === 0) noteSmall(c, e, peer, s);
}

/** The right edge that `s` advertises lies left of the highest so far, or hardly anything is offered. */
function noticeWindow(c: Connection, e: Endpoint, peer: Endpoint, s: Segment, verdict: number): void {
  const { flow } = e;
  if ((flow.options & peer.flow.options & SYN_SEEN) === 0 || (s.flags & (SYN | RST)) !== 0 || verdict !== 0) return;
  if ((c.watch & SCALE_UNKNOWN) !== 0) return;
  const scale = scaleOf(flow, peer.flow);
  const bytes = s.window << scale;
  const right = (s.ack + bytes) | 0;
  if (((flow.edge - right) | 0) > 0) noteShrunk(c, e, peer, s, right, 1 << scale);
  if (bytes < TINY_BYTES || (c.watch & WATCH_WINDOW) !== 0) noteOffered(c, e, s, bytes);
}

function noticeRare(
  c: Connection,
  fromClient: boolean,
  e: Endpoint,
  peer: Endpoint,
  s: Segment,
  verdict: number,
): void {
  const { flags } = s;
  if ((flags & SYN) !== 0) {
    if ((s.troubles & HEADER_CUT) !== 0) c.watch |= SCALE_UNKNOWN;
    agreeOnEcn(c, s);
    if ((flags & ACK) !== 0 && !fromClient) noteSynAck(c, s);
    else if ((flags & ACK) === 0 && fromClient) noteSyn(c, s);
  } else if (!fromClient) noteAnswer(c, s);
  if ((flags & URG) !== 0) noteUrgent(c, e, s);
  if ((c.watch & WATCH_SILENCE) !== 0) answerSilence(c, fromClient, s, verdict);
  if ((c.watch & WATCH_AHEAD) !== 0) fillAhead(c, e, peer, s);
  if ((c.watch & ECN_AGREED) !== 0 && ((flags & (ECE | CWR)) !== 0 || s.ecn === CE || (c.watch & WATCH_ECN) !== 0)) {
    followMarks(c, e, peer, s, verdict);
  }
}
