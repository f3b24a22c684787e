/**
 * RFC 9293 3.3.2 as a table, to be held beside the RFC (figure 5, and 3.10.7 for arriving segments).
 *
 * We are an observer at a tap: "sent" is proven by the segment itself, "received" means that the peer's segment passed
 * the tap and nothing later shows that it never arrived. States as seen on the wire:
 *
 *   CLOSED        no segment, or all is over           FIN_WAIT_1  own FIN sent, not acknowledged
 *   SYN_SENT      own SYN sent                         FIN_WAIT_2  own FIN acknowledged, the peer may still send
 *   SYN_RECEIVED  own SYN-ACK sent, or SYNs crossed    CLOSING     FINs crossed, own not acknowledged
 *   ESTABLISHED   own SYN acknowledged, the peer's     CLOSE_WAIT  the peer's FIN arrived, own not sent
 *                 received                             LAST_ACK    ... and own FIN sent, not acknowledged
 *   UNKNOWN       first seen in mid-connection         TIME_WAIT   both FINs done, waiting 2MSL
 *
 * Rows are [from, event, to, clause]; `to` equal to `from` is legal and changes nothing. A pair without a row is an
 * event that no correct endpoint shows: the state stays (ILLEGAL). IGNORED pairs may be legal: we may be out of step, or the
 * segment may not be this connection's.
 */
import {
  CLOSE_WAIT,
  CLOSED,
  CLOSING,
  ESTABLISHED,
  FIN_WAIT_1,
  FIN_WAIT_2,
  LAST_ACK,
  LISTEN,
  STATE_NAMES,
  SYN_RECEIVED,
  SYN_SENT,
  TIME_WAIT,
  UNKNOWN,
} from '../../facts/state.ts';
import {
  ACKNOWLEDGED_DATA,
  EVENT_COUNT,
  MISSED_FIN,
  NEW_INCARNATION,
  PROVEN_FIN,
  PROVEN_SYN,
  PROVEN_SYN_ACK,
  RECEIVED_ACK_OF_FIN,
  RECEIVED_ACK_OF_SYN,
  RECEIVED_FIN,
  RECEIVED_ICMP_ERROR,
  RECEIVED_RST,
  RECEIVED_SYN,
  RECEIVED_SYN_ACK,
  SENT_FIN,
  SENT_RST,
  SENT_SEGMENT,
  SENT_SYN,
  SENT_SYN_ACK,
  TIMEOUT_2MSL,
} from './events.ts';

type Row = readonly [from: number, event: number, to: number, clause: string];

export const ROWS: readonly Row[] = [
  // Active open: the first SYN. Passive open: only a listener answers a SYN with SYN-ACK.
  [CLOSED, SENT_SYN, SYN_SENT, 'RFC 9293 3.10.1'],
  [CLOSED, PROVEN_SYN, SYN_SENT, 'RFC 9293 3.10.7.3'],
  [LISTEN, SENT_SYN_ACK, SYN_RECEIVED, 'RFC 9293 3.10.7.2'],
  [LISTEN, RECEIVED_SYN, SYN_RECEIVED, 'RFC 9293 3.10.7.2'],
  [LISTEN, PROVEN_SYN_ACK, SYN_RECEIVED, 'RFC 9293 3.10.7.2'],
  // A closed port answers with RST.
  [CLOSED, SENT_RST, CLOSED, 'RFC 9293 3.10.7.1'],
  [CLOSED, RECEIVED_SYN, CLOSED, 'RFC 9293 3.10.7.1'],
  [CLOSED, RECEIVED_RST, CLOSED, 'RFC 9293 3.10.7.1'],

  // The SYN-ACK completes the client's half; a crossing SYN makes it a simultaneous open.
  [SYN_SENT, SENT_SYN, SYN_SENT, 'RFC 9293 3.10.7.3'],
  [SYN_SENT, RECEIVED_SYN_ACK, ESTABLISHED, 'RFC 9293 3.10.7.3'],
  [SYN_SENT, RECEIVED_SYN, SYN_RECEIVED, 'RFC 9293 3.5 figure 8'],
  [SYN_SENT, SENT_SYN_ACK, SYN_RECEIVED, 'RFC 9293 3.5 figure 8'],
  // It acknowledges something: the SYN-ACK had arrived, though the capture does not hold it.
  [SYN_SENT, SENT_SEGMENT, ESTABLISHED, 'RFC 9293 3.10.7.3'],
  [SYN_SENT, RECEIVED_RST, CLOSED, 'RFC 9293 3.10.7.3'],
  [SYN_SENT, SENT_RST, CLOSED, 'RFC 9293 3.10.5'],
  [SYN_SENT, RECEIVED_ICMP_ERROR, CLOSED, 'RFC 9293 3.9.2.2'],

  // The ACK of the SYN completes the server's half; whoever sends an ordinary segment must have got it.
  [SYN_RECEIVED, SENT_SYN_ACK, SYN_RECEIVED, 'RFC 9293 3.8.1'],
  [SYN_RECEIVED, RECEIVED_SYN, SYN_RECEIVED, 'RFC 9293 3.10.7.4'],
  [SYN_RECEIVED, RECEIVED_SYN_ACK, ESTABLISHED, 'RFC 9293 3.5 figure 8'],
  [SYN_RECEIVED, RECEIVED_ACK_OF_SYN, ESTABLISHED, 'RFC 9293 3.10.7.4'],
  [SYN_RECEIVED, SENT_SEGMENT, ESTABLISHED, 'RFC 9293 3.10.7.4'],
  [SYN_RECEIVED, SENT_FIN, FIN_WAIT_1, 'RFC 9293 3.10.4'],
  [SYN_RECEIVED, MISSED_FIN, FIN_WAIT_1, 'RFC 9293 3.10.4'],
  [SYN_RECEIVED, RECEIVED_FIN, CLOSE_WAIT, 'RFC 9293 3.10.7.4'],
  [SYN_RECEIVED, RECEIVED_RST, CLOSED, 'RFC 9293 3.10.7.4'],
  [SYN_RECEIVED, SENT_RST, CLOSED, 'RFC 9293 3.10.5'],

  // Whoever sends FIN first closes actively; the other learns of it by CLOSE_WAIT.
  [ESTABLISHED, SENT_SEGMENT, ESTABLISHED, 'RFC 9293 3.10.2'],
  [ESTABLISHED, RECEIVED_SYN, ESTABLISHED, 'RFC 9293 3.10.7.4'],
  [ESTABLISHED, RECEIVED_SYN_ACK, ESTABLISHED, 'RFC 9293 3.10.7.4'],
  [ESTABLISHED, RECEIVED_ACK_OF_SYN, ESTABLISHED, 'RFC 9293 3.10.7.4'],
  [ESTABLISHED, SENT_FIN, FIN_WAIT_1, 'RFC 9293 3.10.4'],
  [ESTABLISHED, MISSED_FIN, FIN_WAIT_1, 'RFC 9293 3.10.4'],
  [ESTABLISHED, PROVEN_FIN, FIN_WAIT_1, 'RFC 9293 3.10.4'],
  [ESTABLISHED, RECEIVED_FIN, CLOSE_WAIT, 'RFC 9293 3.10.7.4'],
  [ESTABLISHED, SENT_RST, CLOSED, 'RFC 9293 3.10.5'],
  [ESTABLISHED, RECEIVED_RST, CLOSED, 'RFC 9293 3.10.7.4'],

  // Active close.
  [FIN_WAIT_1, SENT_SEGMENT, FIN_WAIT_1, 'RFC 9293 3.10.7.4'],
  [FIN_WAIT_1, SENT_FIN, FIN_WAIT_1, 'RFC 9293 3.8.1'],
  [FIN_WAIT_1, RECEIVED_ACK_OF_FIN, FIN_WAIT_2, 'RFC 9293 3.10.7.4'],
  [FIN_WAIT_1, RECEIVED_FIN, CLOSING, 'RFC 9293 3.10.7.4'],
  [FIN_WAIT_1, RECEIVED_ACK_OF_SYN, FIN_WAIT_1, 'RFC 9293 3.10.7.4'],
  [FIN_WAIT_1, SENT_RST, CLOSED, 'RFC 9293 3.10.5'],
  [FIN_WAIT_1, RECEIVED_RST, CLOSED, 'RFC 9293 3.10.7.4'],

  [FIN_WAIT_2, SENT_SEGMENT, FIN_WAIT_2, 'RFC 9293 3.10.7.4'],
  [FIN_WAIT_2, RECEIVED_ACK_OF_FIN, FIN_WAIT_2, 'RFC 9293 3.10.7.4'],
  [FIN_WAIT_2, RECEIVED_FIN, TIME_WAIT, 'RFC 9293 3.10.7.4'],
  [FIN_WAIT_2, SENT_RST, CLOSED, 'RFC 9293 3.10.5'],
  [FIN_WAIT_2, RECEIVED_RST, CLOSED, 'RFC 9293 3.10.7.4'],

  // FINs crossed.
  [CLOSING, SENT_SEGMENT, CLOSING, 'RFC 9293 3.10.7.4'],
  [CLOSING, SENT_FIN, CLOSING, 'RFC 9293 3.8.1'],
  [CLOSING, RECEIVED_FIN, CLOSING, 'RFC 9293 3.10.7.4'],
  [CLOSING, RECEIVED_ACK_OF_FIN, TIME_WAIT, 'RFC 9293 3.10.7.4'],
  [CLOSING, SENT_RST, CLOSED, 'RFC 9293 3.10.5'],
  [CLOSING, RECEIVED_RST, CLOSED, 'RFC 9293 3.10.7.4'],

  // Passive close: CLOSE_WAIT lasts until the program closes.
  [CLOSE_WAIT, SENT_SEGMENT, CLOSE_WAIT, 'RFC 9293 3.10.2'],
  [CLOSE_WAIT, RECEIVED_FIN, CLOSE_WAIT, 'RFC 9293 3.10.7.4'],
  [CLOSE_WAIT, RECEIVED_ACK_OF_SYN, CLOSE_WAIT, 'RFC 9293 3.10.7.4'],
  [CLOSE_WAIT, SENT_FIN, LAST_ACK, 'RFC 9293 3.10.4'],
  [CLOSE_WAIT, MISSED_FIN, LAST_ACK, 'RFC 9293 3.10.4'],
  [CLOSE_WAIT, PROVEN_FIN, LAST_ACK, 'RFC 9293 3.10.4'],
  [CLOSE_WAIT, SENT_RST, CLOSED, 'RFC 9293 3.10.5'],
  [CLOSE_WAIT, RECEIVED_RST, CLOSED, 'RFC 9293 3.10.7.4'],

  [LAST_ACK, SENT_SEGMENT, LAST_ACK, 'RFC 9293 3.10.7.4'],
  [LAST_ACK, SENT_FIN, LAST_ACK, 'RFC 9293 3.8.1'],
  [LAST_ACK, RECEIVED_FIN, LAST_ACK, 'RFC 9293 3.10.7.4'],
  [LAST_ACK, RECEIVED_ACK_OF_FIN, CLOSED, 'RFC 9293 3.10.7.4'],
  [LAST_ACK, SENT_RST, CLOSED, 'RFC 9293 3.10.5'],
  [LAST_ACK, RECEIVED_RST, CLOSED, 'RFC 9293 3.10.7.4'],

  // TIME_WAIT acknowledges a repeated FIN, and ends with 2MSL, a new SYN, or too early with a RST (RFC 1337).
  [TIME_WAIT, SENT_SEGMENT, TIME_WAIT, 'RFC 9293 3.10.7.4'],
  [TIME_WAIT, RECEIVED_FIN, TIME_WAIT, 'RFC 9293 3.10.7.4'],
  [TIME_WAIT, RECEIVED_ACK_OF_FIN, TIME_WAIT, 'RFC 9293 3.10.7.4'],
  [TIME_WAIT, RECEIVED_SYN, TIME_WAIT, 'RFC 9293 3.10.7.4'],
  [TIME_WAIT, TIMEOUT_2MSL, CLOSED, 'RFC 9293 3.10.8'],
  [TIME_WAIT, NEW_INCARNATION, CLOSED, 'RFC 6191 2'],
  [TIME_WAIT, RECEIVED_RST, CLOSED, 'RFC 1337 2'],
  [TIME_WAIT, SENT_RST, CLOSED, 'RFC 9293 3.10.7.1'],

  // First seen in mid-connection: the first thing that only one state explains decides.
  [UNKNOWN, SENT_SEGMENT, ESTABLISHED, 'RFC 9293 3.10.2'],
  // FIN_WAIT_1 and FIN_WAIT_2 take data too; whoever has said no FIN that the capture holds is likelier not to have sent one.
  [UNKNOWN, ACKNOWLEDGED_DATA, ESTABLISHED, 'RFC 9293 3.10.7.4'],
  [UNKNOWN, SENT_FIN, FIN_WAIT_1, 'RFC 9293 3.10.4'],
  [UNKNOWN, MISSED_FIN, FIN_WAIT_1, 'RFC 9293 3.10.4'],
  [UNKNOWN, RECEIVED_FIN, CLOSE_WAIT, 'RFC 9293 3.10.7.4'],
  [UNKNOWN, SENT_RST, CLOSED, 'RFC 9293 3.10.5'],
  [UNKNOWN, RECEIVED_RST, CLOSED, 'RFC 9293 3.10.7.4'],
];

/** Pairs that say nothing: we may be out of step with this endpoint, or the segment may be an old duplicate. */
const IGNORED: readonly (readonly [state: number, events: readonly number[]])[] = [
  [CLOSED, [SENT_SEGMENT, SENT_FIN, RECEIVED_FIN, RECEIVED_ACK_OF_FIN, RECEIVED_ACK_OF_SYN, RECEIVED_SYN_ACK]],
  [SYN_SENT, [RECEIVED_ACK_OF_SYN, RECEIVED_FIN]],
  [UNKNOWN, [RECEIVED_ACK_OF_SYN, RECEIVED_ACK_OF_FIN, RECEIVED_SYN, RECEIVED_SYN_ACK]],
];

export const ILLEGAL = -1;
const NEXT = new Int8Array(STATE_NAMES.length * EVENT_COUNT).fill(ILLEGAL);
for (const [state, events] of IGNORED) for (const event of events) NEXT[state * EVENT_COUNT + event] = state;
for (const [from, event, to] of ROWS) NEXT[from * EVENT_COUNT + event] = to;

/** The state that `event` leads to from `state`; the same state when nothing changes; ILLEGAL without a row. */
export function nextState(state: number, event: number): number {
  return NEXT[state * EVENT_COUNT + event]!;
}

/** The clause of the row for `event` in `state`; null where there is none (an ignored pair, or an illegal one). */
export function clauseOf(state: number, event: number): string | null {
  return ROWS.find(([from, by]) => from === state && by === event)?.[3] ?? null;
}
