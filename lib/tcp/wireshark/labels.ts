import { Int32Columns } from '../../bytes/columns.ts';
import { seqLe, seqLt } from '../../bytes/seq.ts';
import type { Segment } from '../../packet/segment.ts';
import { ACK, FIN, RST, SYN } from '../../packet/segment.ts';
import { asClaimed, breaksOff, stopsAtOffset, stopsEarly } from './dissection.ts';
import {
  ACK_LOST_SEGMENT,
  DUPLICATE_ACK,
  FAST_RETRANSMISSION,
  KEEP_ALIVE,
  KEEP_ALIVE_ACK,
  LOST_SEGMENT,
  OUT_OF_ORDER,
  RETRANSMISSION,
  REUSED_PORTS,
  SPURIOUS_RETRANSMISSION,
  WINDOW_FULL,
  WINDOW_UPDATE,
  ZERO_WINDOW,
  ZERO_WINDOW_PROBE,
  ZERO_WINDOW_PROBE_ACK,
} from './label.ts';
import { isSignal, rememberMptcp } from './mptcp.ts';
import { SCALE_OFF, SCALE_UNKNOWN, SIDE_WIDTH, Side } from './side.ts';

export { LABEL_NAMES, labelNames } from './label.ts';

// Columns of a conversation's record.
const LOW = 0;
const HIGH = SIDE_WIDTH;
/** What CLOCK_SECONDS and CLOCK_NANOS hold: nothing, the time of the latest SYN, or the handshake's round trip. */
const CLOCK = 2 * SIDE_WIDTH;
const CLOCK_SECONDS = CLOCK + 1;
const CLOCK_NANOS = CLOCK + 2;
const NO_TIME = 0;
const SYN_TIME = 1;
const ROUND_TRIP = 2;

/** Wireshark's patience where the handshake did not show the round trip, nanoseconds. */
const REORDERING_NANOS = 3e6;
/** The longest that a fast retransmission may come after the acknowledgment that asked for it, nanoseconds. */
const FAST_NANOS = 20e6;
/** The fewest duplicate acknowledgments that ask for one: one less than RFC 5681 3.2 wants, as one may be missing. */
const FAST_DUPLICATES = 2;
/** Stands in `dupAcks` once the peer has acknowledged more than was seen: as good as any number, and gone with the next one. */
const MANY = 0x7fffffff;
/** Wireshark's cap on the shift count (RFC 7323 2.3). */
const MOST_SCALE = 14;

/** Stands for the frame of a header that has no labels to revise. */
const NO_ROW = -1;

/** Where it is told that an earlier segment's labels are others than `label` said. */
export interface LabelRevisions {
  onRevise(frame: number, labels: number): void;
}

/**
 * Labels as Wireshark 4.0 gives them in two passes with default preferences. Keeps its own state with Wireshark's
 * meanings, traps included, in a record per stream; found by experiment with tshark 4.0.17.
 */
export class Labels {
  private readonly revisions: LabelRevisions;
  private readonly columns = new Int32Columns(CLOCK_NANOS + 1);
  private readonly own = new Side();
  private readonly peer = new Side();

  constructor(revisions: LabelRevisions) {
    this.revisions = revisions;
  }

  /**
   * The labels of a segment, as bits (label.ts). `reused`: it began its stream anew between endpoints seen before, as
   * StreamNumbers tells.
   */
  label(stream: number, decoded: Segment, fromLow: boolean, reused: boolean): number {
    if (breaksOff(decoded)) {
      this.quote(stream, decoded, fromLow);
      return 0;
    }
    const segment = stopsAtOffset(decoded) ? asClaimed(decoded) : decoded;
    const { columns, own, peer } = this;
    while (stream >= columns.length) columns.allocate();
    own.load(columns, stream, fromLow ? LOW : HIGH);
    peer.load(columns, stream, fromLow ? HIGH : LOW);

    const moved = learn(own, peer, segment);
    let labels = reused || moved ? REUSED_PORTS : 0;
    labels |= labelWindow(own, peer, segment);
    if ((labels & DUPLICATE_ACK) !== 0) own.dupAcks = own.dupAcks === MANY ? 1 : own.dupAcks + 1;
    if (segment.ack !== own.lastAck) own.dupAcks = 0;
    labels |= labelAcknowledgment(peer, segment);
    labels |= this.labelRepeat(stream, labels, segment);

    if ((labels & ZERO_WINDOW_PROBE) === 0) advance(own, segment);
    if (segment === decoded) this.time(stream, segment);
    this.noteSynAck(stopsEarly(segment) ? NO_ROW : segment.frame, segment, labels);
    remember(own, segment, labels);
    rememberMptcp(own, peer, segment);
    startScaling(own, segment);
    own.store(columns, stream, fromLow ? LOW : HIGH);
    peer.store(columns, stream, fromLow ? HIGH : LOW);
    return stopsEarly(segment) ? 0 : labels;
  }

  /** A TCP header quoted in an ICMP error: gets no labels, but what it says of bases and scales counts. */
  quote(stream: number, quoted: Segment, fromLow: boolean): void {
    const { columns, own, peer } = this;
    while (stream >= columns.length) columns.allocate();
    own.load(columns, stream, fromLow ? LOW : HIGH);
    peer.load(columns, stream, fromLow ? HIGH : LOW);
    learnSyn(own, peer, quoted);
    startScaling(own, quoted);
    this.time(stream, quoted);
    if (own.baseKnown !== 0) this.noteSynAck(NO_ROW, quoted, 0);
    own.store(columns, stream, fromLow ? LOW : HIGH);
    peer.store(columns, stream, fromLow ? HIGH : LOW);
  }

  /** RETRANSMISSION and its kinds, OUT_OF_ORDER. */
  private labelRepeat(stream: number, labels: number, segment: Segment): number {
    const { own, peer } = this;
    const { seq, length } = segment;
    if ((length === 0 && (segment.flags & (SYN | FIN)) === 0) || (labels & KEEP_ALIVE) !== 0) return 0;
    // The peer has acknowledged it all. Asked first, so that it holds for segments that are no repeat, too.
    if (length > 0 && peer.lastAck !== 0 && seqLe((seq + length) | 0, peer.lastAck)) {
      return RETRANSMISSION | SPURIOUS_RETRANSMISSION;
    }
    // One byte below the highest, and more than that: new bytes behind a keep-alive's garbage byte.
    if (own.next === 0 || !seqLt(seq, own.next) || (length > 1 && seq === ((own.next - 1) | 0))) return 0;
    if (
      peer.dupAcks >= FAST_DUPLICATES &&
      peer.lastAck === seq &&
      isShorter(since(segment, peer.lastSeconds, peer.lastNanos), FAST_NANOS)
    ) {
      return RETRANSMISSION | FAST_RETRANSMISSION;
    }
    // The clock runs from the segment with the highest number, not from the hole; the latest segment again is no latecomer.
    const late = since(segment, own.nextSeconds, own.nextNanos);
    return isShorter(late, this.patience(stream)) && endOf(segment) !== own.next ? OUT_OF_ORDER : RETRANSMISSION;
  }

  /** How late a segment may come and still be out of order, nanoseconds: the handshake's round trip. */
  private patience(stream: number): number {
    const { columns } = this;
    if (columns.get(stream, CLOCK) !== ROUND_TRIP) return REORDERING_NANOS;
    return columns.get(stream, CLOCK_SECONDS) * 1e9 + columns.get(stream, CLOCK_NANOS);
  }

  /** The handshake's round trip: from the latest SYN to the first ACK without SYN, of whichever side. */
  private time(stream: number, { flags, seconds, nanos }: Segment): void {
    const { columns } = this;
    const clock = columns.get(stream, CLOCK);
    if (clock === ROUND_TRIP || (flags & (SYN | ACK)) === 0 || (flags & (SYN | ACK)) === (SYN | ACK)) return;
    let [atSeconds, atNanos, holds] = [seconds, nanos, SYN_TIME];
    if ((flags & SYN) === 0) {
      if (clock === NO_TIME) return;
      atSeconds = (atSeconds - columns.get(stream, CLOCK_SECONDS)) | 0;
      atNanos -= columns.get(stream, CLOCK_NANOS);
      // No time at all is no measurement to Wireshark: it goes on measuring from the same SYN.
      if (atSeconds === 0 && atNanos === 0) return;
      holds = ROUND_TRIP;
    } else if (seconds === 0 && nanos === 0) holds = NO_TIME;
    columns.set(stream, CLOCK, holds);
    columns.set(stream, CLOCK_SECONDS, atSeconds);
    columns.set(stream, CLOCK_NANOS, atNanos);
  }

  /**
   * In its second pass Wireshark holds a side's first SYN-ACK against the base that the last one left behind, and so
   * labels it `reused_ports` when the two differ.
   */
  private noteSynAck(frame: number, { flags, seq }: Segment, labels: number): void {
    if ((flags & (SYN | ACK)) !== (SYN | ACK)) return;
    const { own } = this;
    if (own.synAckFrame === 0) {
      own.synAckFrame = frame;
      own.synAckSeq = seq;
      own.synAckLabels = labels;
    } else if (own.synAckFrame !== NO_ROW) {
      const differs = seq !== own.synAckSeq ? REUSED_PORTS : 0;
      this.revisions.onRevise(own.synAckFrame, own.synAckLabels | differs);
    }
  }
}

/** Bases and window scales, before anything is judged. True when a SYN-ACK moved its side's base. */
function learn(own: Side, peer: Side, segment: Segment): boolean {
  const moved = learnSyn(own, peer, segment);
  const { flags, seq, ack } = segment;
  if (own.baseKnown === 0) {
    own.baseKnown = 1;
    own.base = (flags & SYN) !== 0 ? seq : (seq - 1) | 0;
  }
  if (peer.baseKnown === 0 && (flags & ACK) !== 0) {
    peer.baseKnown = 1;
    peer.base = (ack - 1) | 0;
  }
  return moved;
}

/** What a SYN changes of a conversation that is under way. */
function learnSyn(own: Side, peer: Side, segment: Segment): boolean {
  const { flags, seq, windowScale } = segment;
  // Wherever it stands, though RFC 7323 2.1 wants it only with a SYN.
  if (windowScale >= 0) own.scale = Math.min(windowScale, MOST_SCALE);
  if ((flags & SYN) === 0) return false;
  const synAck = (flags & ACK) !== 0;
  const moved = synAck && own.baseKnown !== 0 && own.base !== seq;
  if (moved) own.base = seq;
  // A SYN over again: what came after a hole is forgotten.
  if (!synAck && own.baseKnown !== 0 && own.base === seq) own.next = own.whole;

  if (!stopsEarly(segment)) {
    if (own.scale === SCALE_UNKNOWN) own.scale = peer.scale = SCALE_OFF;
    if (synAck && peer.scale === SCALE_OFF) own.scale = SCALE_OFF;
  }
  return moved;
}

/** Everything about windows, probes and repeated acknowledgments, and LOST_SEGMENT. */
function labelWindow(own: Side, peer: Side, { flags, seq, ack, length, window }: Segment): number {
  if (length === 1 && seq === own.next && peer.lastWindow === 0) return ZERO_WINDOW_PROBE;
  const lost = own.next !== 0 && isBeyond(seq, own.next) && (flags & RST) === 0 ? LOST_SEGMENT : 0;
  if ((flags & (SYN | FIN | RST)) !== 0) return lost;

  let labels = lost;
  if (window === 0) labels |= ZERO_WINDOW;
  if (length <= 1 && seq === ((own.next - 1) | 0)) labels |= KEEP_ALIVE;
  // Equality: a segment that goes beyond the window does not fill it.
  if (length > 0 && peer.scale !== SCALE_UNKNOWN && ((seq + length - peer.lastAck) | 0) === peer.windowBytes) {
    labels |= WINDOW_FULL;
  }
  if (length !== 0 || seq !== own.next || ack !== own.lastAck) return labels;
  // Nothing is new but perhaps the window.
  if (window !== own.lastWindow) return window !== 0 ? labels | WINDOW_UPDATE : labels;
  if (window === 0) return (peer.lastLabels & ZERO_WINDOW_PROBE) !== 0 ? labels | ZERO_WINDOW_PROBE_ACK : labels;
  if ((peer.lastLabels & KEEP_ALIVE) !== 0) return labels | KEEP_ALIVE_ACK;
  return isSignal(own) ? labels : labels | DUPLICATE_ACK;
}

/** ACK_LOST_SEGMENT: the peer is told that bytes arrived which it was not seen to send. Once for each hole. */
function labelAcknowledgment(peer: Side, { flags, ack }: Segment): number {
  if (peer.whole === 0 || (flags & ACK) === 0 || !isBeyond(ack, peer.whole)) return 0;
  // Where bytes far below the rest have joined on, there is no hole in front of `whole`: it never goes back.
  if (isBeyond(peer.next, peer.whole)) {
    peer.whole = peer.next;
    return ACK_LOST_SEGMENT;
  }
  const labels = peer.dupAcks === 0 ? ACK_LOST_SEGMENT : 0;
  peer.dupAcks = MANY;
  return labels;
}

/** The highest number sent, and the highest sent without a hole. */
function advance(own: Side, segment: Segment): void {
  const end = endOf(segment);
  if (own.next === 0 || isBeyond(end, own.next)) {
    own.next = end;
    own.nextSeconds = segment.seconds;
    own.nextNanos = segment.nanos;
  }
  if (own.whole === 0 || segment.seq === own.whole) own.whole = own.next;
}

/** The number after the segment's last, where a SYN and a FIN together count as one. */
function endOf({ seq, flags, length }: Segment): number {
  return (seq + length + ((flags & (SYN | FIN)) !== 0 ? 1 : 0)) | 0;
}

function remember(own: Side, { ack, window, seconds, nanos }: Segment, labels: number): void {
  own.lastAck = ack;
  own.lastWindow = window;
  own.lastLabels = labels;
  own.lastSeconds = seconds;
  own.lastNanos = nanos;
}

/** Windows are scaled from the first ACK on. */
function startScaling(own: Side, { flags }: Segment): void {
  if ((flags & SYN) !== 0) own.unscaled = 1;
  else if ((flags & ACK) !== 0) own.unscaled = 0;
}

/** Of two numbers just 2^31 apart, each is beyond the other and below it. */
function isBeyond(a: number, b: number): boolean {
  return seqLt(b, a);
}

/** Columns hold the seconds as int32, though a capture's may be higher (from 2038 on): their difference is right. */
function since({ seconds, nanos }: Segment, thenSeconds: number, thenNanos: number): number {
  return ((seconds - thenSeconds) | 0) * 1e9 + nanos - thenNanos;
}

/** Wireshark's times are unsigned: one that runs backwards is longer than any other, the longer the less it does. */
function isShorter(a: number, b: number): boolean {
  return a < 0 === b < 0 ? a < b : b < 0;
}
