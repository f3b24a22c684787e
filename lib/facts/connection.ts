import type { FlowMetrics } from './flow-metrics.ts';
import type { Moment } from './moment.ts';
import type { StateName } from './state.ts';
import type { VerdictHow } from './verdict.ts';

export type Side = 'client' | 'server';

/** Where the tap stands, seen from one connection. */
export type Vantage = 'client' | 'server' | 'middle' | 'unknown';

/** Something odd that happened some times: how often, when, and the first frames that show it. */
export interface Occurrences {
  readonly count: number;
  /** The first 16. */
  readonly frames: readonly number[];
  readonly start: Moment;
  readonly end: Moment;
}

/** A segment that a fact rests on. */
export interface Sighting {
  readonly frame: number;
  readonly time: Moment;
}

/**
 * Everything the rules and reports may know of one connection. Plain data: it can be stored, merged and sent between
 * threads. Per-direction facts hang on the endpoint that *sends*.
 */
export interface ConnectionFacts {
  readonly connection: number;
  /** What it has shown (bits of facts/notes.ts): rules are called on the notes that wake them. */
  readonly notes: number;
  /**
   * So many more connections are like this one, a lone SYN to the same service at least three seconds old, and are not
   * shown one by one. Absent for none.
   */
  readonly alike?: number | undefined;
  readonly streams: readonly number[];
  readonly client: EndpointFacts;
  readonly server: EndpointFacts;
  readonly tunnel: string | null;
  readonly roleConfidence: 'handshake' | 'guessed';
  readonly start: Moment;
  readonly end: Moment;
  readonly firstFrame: number;
  readonly lastFrame: number;
  /** How long the capture went on after the last segment of this connection, seconds. */
  readonly watchedAfter: number;
  /** The connection has no segment before its handshake and the handshake is in the capture. */
  readonly handshakeSeen: boolean;
  readonly handshake: HandshakeFacts;
  readonly closedBy: Side | 'both' | null;
  readonly closeKind: 'fin' | 'reset' | 'open';
  readonly vantage: Vantage;
  readonly resets: readonly ResetFacts[];
  readonly icmpErrors: readonly IcmpFacts[];
  /** State changes of both endpoints in order of time, revised by all later evidence. */
  readonly timeline: readonly StateChange[];
  /** This connection follows another of the same 4-tuple whose TIME_WAIT it met: connection number, seconds into it. */
  readonly reuse: { readonly previous: number; readonly secondsIntoTimeWait: number; readonly refused: boolean } | null;
  /** SYNs inside the live connection (not the handshake's). */
  readonly straySyns: readonly {
    readonly frame: number;
    readonly time: Moment;
    readonly from: Side;
    readonly challenged: boolean;
  }[];
  /** Segments of an earlier connection of this 4-tuple that turned up in this one, and who sent them. */
  readonly oldDuplicates?: (Occurrences & { readonly from: Side }) | undefined;
  /** Silences of 10 s or more inside the connection, longest first (the first 8). */
  readonly silences?: readonly Silence[] | undefined;
  /** Requests and the responses to them: what came back, and how long it took. */
  readonly responses?: ResponseFacts | undefined;
  /** Wireshark's completeness bitmask, Zeek's conn_state and history: present when they were asked for. */
  readonly completeness?: number;
  readonly connState?: string;
  readonly history?: string;
  /** Where Zeek's conn.log would have several rows for this connection: all but the one told above, in order. */
  readonly furtherZeekRows?: readonly ZeekRowFacts[];
  /** What long listings add: present when it was asked for. */
  readonly metrics?: { readonly client: FlowMetrics; readonly server: FlowMetrics };
}

/**
 * A row of Zeek's conn.log. Zeek begins another where a timer has ended the one before, though the connection goes on or
 * a straggler of it comes late.
 */
export interface ZeekRowFacts {
  readonly connState: string;
  /** Upper case what the originator sent, `^` where Zeek flipped the roles. */
  readonly history: string;
  readonly originator: Side;
  readonly start: Moment;
  readonly end: Moment;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly packetsFromClient: number;
  readonly packetsFromServer: number;
  /** Payload, repeats included. */
  readonly bytesFromClient: number;
  readonly bytesFromServer: number;
}

/** Nothing was sent for a while; then something was. */
export interface Silence {
  readonly start: Moment;
  readonly end: Moment;
  /** Who broke it, and the frame. */
  readonly brokenBy: Side;
  readonly frame: number;
  /** Payload bytes of that segment (0: a keep-alive or a close does not count as use). */
  readonly bytes: number;
  /** What the peer answered: an acknowledgment or data, a reset, or nothing until the end of the capture. */
  readonly answer: 'alive' | 'reset' | 'nothing';
  readonly answerFrame: number | null;
}

/** Request: a stretch of data from the client; response: the server's data after it. */
export interface ResponseFacts {
  readonly count: number;
  /** Median over this connection, seconds from the request's last byte to the response's first, less the path's RTT. */
  readonly p50: number;
  /** The slowest: seconds as above, and the two frames. */
  readonly worst: { readonly seconds: number; readonly request: Sighting; readonly response: Sighting };
  /** Median over all responses of this service in the capture so far, and how many there were. */
  readonly service?: { readonly p50: number; readonly count: number };
}

export interface HandshakeFacts {
  /** First SYN, every SYN's sighting (the first 16), and how many there were. */
  readonly syns: readonly Sighting[];
  readonly synCount: number;
  readonly synAcks: readonly Sighting[];
  readonly synAckCount: number;
  /** The ACK (or first data) that completed it, as revised. */
  readonly ack: Sighting | null;
  /** SYN-ACKs repeated although the tap had seen the final ACK. */
  readonly synAcksAfterAck: number;
  /** Seconds from the last answered SYN to the ACK, and its two halves at the tap. */
  readonly rtt: number | null;
  readonly clientRtt: number | null;
  readonly serverRtt: number | null;
  /** Median handshake time of this client and service in the capture so far, over at least five others. */
  readonly usualRtt?: number;
  /** RST, or ICMP error, that refused the SYN. */
  readonly refused: { readonly by: 'rst' | 'icmp'; readonly frame: number; readonly time: Moment } | null;
  /** SYN-ACK (or plain ACK to a SYN) that acknowledges something other than the SYN. */
  readonly wrongAck: {
    readonly frame: number;
    readonly time: Moment;
    readonly acknowledged: number;
    readonly expected: number;
  } | null;
  readonly simultaneous: boolean;
  /** Initial sequence number changed between SYNs before any answer. */
  readonly isnChanged: Sighting | null;
  /** Data in the SYN: bytes, whether a Fast Open option came with it, and how much of it the SYN-ACK took. */
  readonly synData: {
    readonly bytes: number;
    readonly fastOpen: boolean;
    readonly acknowledged: number;
    readonly frame: number;
  } | null;
  /** Payload from the client while it was still in SYN_SENT, without Fast Open. */
  readonly earlyData: Sighting | null;
}

export interface EndpointFacts {
  readonly address: string;
  readonly port: number;
  readonly name?: string | undefined;
  readonly finalState: StateName;
  /** Spells in each state, in order. A null `end` means: still so when the capture ended. */
  readonly spells: readonly StateSpell[];

  // What this endpoint sent.
  readonly packets: number;
  /** Payload bytes sent, repeats included, and bytes sent at least once. */
  readonly bytes: number;
  readonly uniqueBytes: number;
  readonly dataSegments: number;
  readonly retransmissions: number;
  readonly retransmittedBytes: number;
  readonly spurious: number;
  readonly reordered: number;
  readonly duplicates: number;
  readonly keepAlives: number;
  readonly zeroWindowProbes: number;
  readonly maxWindow: number;
  /** Options of its SYN; null where the SYN was not seen (mss null also when the option was missing). */
  readonly mss: number | null;
  readonly windowScale: number | null;
  readonly sackPermitted: boolean | null;
  readonly timestamps: boolean | null;
  readonly synSeen: boolean;
  readonly largestSegment: number;
  /** Bytes of the peer's that this endpoint acknowledged though the capture never saw them sent. */
  readonly ackedUnseen: number;
  readonly fin: FinFacts | null;
  /** First and last payload this endpoint sent that was new. */
  readonly firstData: Sighting | null;
  readonly lastNewData: Sighting | null;
  /** Payload of the peer that this endpoint had not acknowledged when it all ended. */
  readonly unacknowledged: number;

  readonly retransmissionRuns: readonly RetransmissionRun[];
  readonly repeatChains: readonly RepeatChain[];
  readonly reorderings: ReorderFacts | null;
  /** Zero windows that this endpoint advertised. */
  readonly zeroWindowSpells: readonly ZeroWindowSpell[];
  /** Seconds in zero-window spells. */
  readonly zeroWindowTime: number;
  readonly keepAliveRuns: readonly KeepAliveRun[];
  readonly rtt: RttFacts | null;
  /** Bytes in flight can be judged from this tap for what this endpoint sends. */
  readonly flightVisible: boolean;
  /** Share of the transfer's time limited by each, null where flight is not visible. */
  readonly limitedBy: { readonly application: number; readonly receiveWindow: number; readonly network: number } | null;

  // Rarer things; absent where they did not happen, or nobody looked.
  /** Largest payload of a segment that the peer acknowledged (or selectively acknowledged). */
  readonly largestAcked?: number | undefined;
  /** Segments sent again with other bytes (not keep-alives), and how many bytes differ. */
  readonly differing?: (Occurrences & { readonly bytes: number }) | undefined;
  /** Duplicate acknowledgments (RFC 5681 2) this endpoint sent; `densest` in any one second. */
  readonly duplicateAcks?: (Occurrences & { readonly densest: number }) | undefined;
  /** Right edge of the window this endpoint offers, moved left by more than one scale unit. */
  readonly windowShrinks?: (Occurrences & { readonly bytes: number }) | undefined;
  /** Longest runs of tiny data segments sent (below min(MSS / 4, 128) bytes, back to back while more was waiting)
   * and of tiny window openings offered. */
  readonly sillySegments?: Occurrences | undefined;
  readonly sillyWindows?: Occurrences | undefined;
  /** Small segment, 35 to 250 ms wait for its ACK, next small segment: how often, and the seconds waited in all. */
  readonly nagleWaits?: (Occurrences & { readonly seconds: number }) | undefined;
  /** Acknowledgments this endpoint sent of bytes that its peer sent for the first time only later. */
  readonly ackedUnsent?: (Occurrences & { readonly bytes: number }) | undefined;
  /** Segments this endpoint is said to have sent whose sequence numbers the receiver cannot accept (RFC 9293 3.10.7.4),
   * retransmissions, probes and old duplicates left out. */
  readonly outOfWindow?: Occurrences | undefined;
  /** TSval below one this endpoint had used before, among in-order segments without RST; worst step in ticks. */
  readonly timestampRegressions?: (Occurrences & { readonly worst: number }) | undefined;
  /** TTL or hop limit of what this endpoint sent changed: usual, and the one that differs most. */
  readonly ttlChanges?: (Occurrences & { readonly usual: number; readonly other: number }) | undefined;
  readonly urgent?: Occurrences | undefined;
  /** Congestion marks (RFC 3168 6.1): CE that this endpoint received and did not echo, ECE it received and did not answer. */
  readonly ecnIgnored?: (Occurrences & { readonly what: 'CE not echoed' | 'ECE not answered' }) | undefined;
}

export interface StateSpell {
  readonly state: StateName;
  readonly start: Moment;
  readonly frame: number | null;
  readonly end: Moment | null;
  readonly endFrame: number | null;
}

/** One state change of one endpoint (docs/schema/timeline.json). */
export interface StateChange {
  readonly endpoint: Side;
  /** That of `frame` at the tap; another where that was held up on its way, or came again for one that the tap missed. */
  readonly time: Moment;
  readonly previous: StateName;
  readonly state: StateName;
  /** The segment with which the state began; null for a timer. */
  readonly frame: number | null;
  readonly cause: string;
  readonly certainty: 'observed' | 'inferred';
  readonly confirmedBy: number | null;
}

export interface FinFacts {
  readonly first: Sighting;
  readonly count: number;
  readonly acknowledged: Sighting | null;
  readonly frames: readonly number[];
}

/** Retransmissions of one direction that belong together: less than max(1 s, 4 RTT) apart, or without progress between. */
export interface RetransmissionRun {
  readonly start: Moment;
  readonly end: Moment;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly frames: readonly number[];
  readonly segments: number;
  readonly bytes: number;
  /** Most retransmissions within one max(1 s, 4 RTT) of the run. */
  readonly densest: number;
  readonly by: { readonly [how in VerdictHow]?: number };
  readonly spurious: number;
  /** Of those, verdicts of low confidence. */
  readonly unsure: number;
  /** Longest time within the run in which nothing new was acknowledged, seconds. */
  readonly stall: number;
  /** The stall goes on to the end of the capture. */
  readonly unresolved: boolean;
  /** It began at the end of a burst: less than three later segments could reveal that something was lost. */
  readonly tail: boolean;
}

/** The same first byte sent again and again. */
export interface RepeatChain {
  readonly seq: number;
  readonly bytes: number;
  readonly what: 'data' | 'fin' | 'syn' | 'synack';
  readonly sent: readonly Sighting[];
  readonly repeats: number;
  readonly acknowledged: Sighting | null;
}

export interface ReorderFacts {
  readonly segments: number;
  readonly firstFrame: number;
  readonly frames: readonly number[];
  /** Worst lateness: segments that overtook, and seconds. */
  readonly extentSegments: number;
  readonly extentSeconds: number;
  /** Spurious retransmissions that it caused. */
  readonly causedRetransmissions: number;
}

/** A spell in which an endpoint advertised a window of zero. */
export interface ZeroWindowSpell {
  readonly start: Moment;
  readonly frame: number;
  /** When a usable window came; null if none did. */
  readonly end: Moment | null;
  readonly endFrame: number | null;
  /** Last segment of the connection inside the spell. */
  readonly lastSeen: Moment;
  readonly probes: number;
  readonly probeFrames: readonly number[];
  /** How it shows that data was waiting, null if nothing shows it. */
  readonly pending: 'probes' | 'full window' | 'data on reopening' | null;
  /** Bytes that came within a round trip of reopening: a lower bound of what waited. */
  readonly bytesWaiting: number;
  readonly endedBy: 'window' | 'reset' | 'close' | 'capture end';
}

export interface KeepAliveRun {
  readonly start: Moment;
  readonly end: Moment;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly probes: number;
  /** Probes in a row without an answer at the end of the run. */
  readonly unanswered: number;
  readonly interval: number;
}

export interface RttFacts {
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  readonly samples: number;
}

export interface ResetFacts {
  readonly frame: number;
  readonly time: Moment;
  readonly from: Side;
  /** State of its sender and receiver just before. */
  readonly fromState: StateName;
  readonly toState: StateName;
  /** Where its sequence number lies for the receiver: exactly next, within the window, outside, or not to be known. */
  readonly fit: 'exact' | 'window' | 'outside' | 'unknown';
  /** It had an effect: the receiver's state ended with it. */
  readonly accepted: boolean;
  /** Bytes sent by each side that were not acknowledged, as far as the tap saw. */
  readonly unacknowledgedFromClient: number;
  readonly unacknowledgedFromServer: number;
  readonly ttl: number;
  /** TTL usual for this sender before, null if it had sent nothing else. */
  readonly usualTtl: number | null;
  readonly ipId: number;
  /** Segments that the same endpoint went on to send after it (other than RST). */
  readonly talkedOn: number;
  /** Its IP ID continues the sender's own counting; null where that says nothing (0, random, IPv6). */
  readonly ipIdFits?: boolean | null;
  /** All that was unacknowledged was one TLS alert record (close_notify). */
  readonly onlyTlsAlert?: boolean;
  /** The server reset while a request of the client's, other than a TLS alert, waited for the first byte of its answer. */
  readonly requestPending?: boolean;
}

export interface IcmpFacts {
  readonly frame: number;
  readonly time: Moment;
  /** Plain words: `port unreachable`, `fragmentation needed`... */
  readonly what: string;
  readonly type: number;
  readonly code: number;
  readonly mtu: number;
  /** Who said so. */
  readonly address: string;
  /** Whose segment it answers. */
  readonly about: Side;
}
