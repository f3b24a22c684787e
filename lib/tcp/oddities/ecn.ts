import { seqGe, seqGt } from '../../bytes/seq.ts';
import { MALFORMED } from '../../facts/notes.ts';
import { RETRANSMISSION } from '../../facts/verdict.ts';
import { ACK, AE, CWR, ECE, type Segment, SYN } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { elapsed } from '../timing/elapsed.ts';
import { oddOf } from './endpoint.ts';
import { Seen } from './seen.ts';
import { ECN_AGREED, ECN_OFFERED, WATCH_ECN } from './watch.ts';

const ECN_FLAGS = ECE | CWR | AE;
const CE = 3;
/** Echoes of new data, and round trips, that may pass without an answer; seconds where the path is unknown or fast. */
const PATIENCE = 3;
const PATIENCE_SECONDS = 0.5;

/** What an endpoint that agreed to ECN does about marks (RFC 3168 6.1). */
export class EcnWatch {
  /** Marks it received and has not acknowledged yet; end of the first marked segment. */
  marks = 0;
  markEnd = 0;
  /** Echoes of the peer's, each of new data, that it has not answered; since when, and up to where. */
  echoes = 0;
  until = 0;
  echoSeconds = 0;
  echoNanos = 0;
  ignored: Seen<{ readonly what: 'CE not echoed' | 'ECE not answered' }> | null = null;
}

/** The SYNs agree to ECN, or not (RFC 3168 6.1.1); accurate ECN (RFC 9768) counts in other bits. */
export function agreeOnEcn(c: Connection, s: Segment): void {
  const flags = s.flags & ECN_FLAGS;
  if ((s.flags & ACK) === 0) {
    if ((flags & (ECE | CWR)) === (ECE | CWR)) c.watch |= ECN_OFFERED;
  } else if ((c.watch & ECN_OFFERED) !== 0 && flags === ECE) c.watch |= ECN_AGREED;
}

/** A mark, an echo or an answer (RFC 3168 6.1.2, 6.1.3), or what should have been one. */
export function followMarks(c: Connection, e: Endpoint, peer: Endpoint, s: Segment, verdict: number): void {
  if ((s.flags & SYN) !== 0) return;
  c.watch |= WATCH_ECN;
  const own = ecnOf(c, e);
  const theirs = ecnOf(c, peer);
  if ((s.flags & CWR) !== 0) own.echoes = 0;
  // Its answer ends the echoes, and a copy without a mark may be the one that arrived.
  if ((s.flags & CWR) !== 0 || verdict === RETRANSMISSION) theirs.marks = 0;
  if (s.ecn === CE && s.length > 0 && verdict === 0) {
    if (theirs.marks++ === 0) theirs.markEnd = (s.seq + s.length) | 0;
  }
  if ((s.flags & ACK) === 0 || verdict !== 0) return;
  const echoed = (s.flags & ECE) !== 0;
  if (own.marks > 0 && seqGe(s.ack, own.markEnd)) {
    if (!echoed) for (; own.marks > 0; own.marks--) ignore(c, own, s, 'CE not echoed');
    own.marks = 0;
  }
  if (!echoed) theirs.echoes = 0;
  else if (theirs.echoes === 0) {
    theirs.echoes = 1;
    theirs.until = peer.flow.next;
    theirs.echoSeconds = s.seconds;
    theirs.echoNanos = s.nanos;
  } else if (seqGt(s.ack, theirs.until)) {
    theirs.until = peer.flow.next;
    if (++theirs.echoes > PATIENCE && hasWaited(c, theirs, s)) ignore(c, theirs, s, 'ECE not answered');
  }
}

/** What was under way when the echo began has long arrived. */
function hasWaited(c: Connection, { echoSeconds, echoNanos }: EcnWatch, s: Segment): boolean {
  const roundTrip = (Math.max(c.clientHalfMicros, 0) + Math.max(c.serverHalfMicros, 0)) / 1e6;
  return elapsed(s, echoSeconds, echoNanos) >= Math.max(PATIENCE * roundTrip, PATIENCE_SECONDS);
}

function ecnOf(c: Connection, e: Endpoint): EcnWatch {
  const odd = oddOf(c, e);
  odd.ecn ??= new EcnWatch();
  return odd.ecn;
}

function ignore(c: Connection, ecn: EcnWatch, s: Segment, what: 'CE not echoed' | 'ECE not answered'): void {
  c.notes |= MALFORMED;
  ecn.ignored ??= new Seen({ what });
  if (ecn.ignored.more.what === what) ecn.ignored.add(s);
}
