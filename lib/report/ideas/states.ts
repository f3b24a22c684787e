import type { Idea } from './idea.ts';

const MACHINE = `
                CLOSED --(listen)--> LISTEN
                  | connect            | SYN
                  v                    v
               SYN_SENT --(SYN)--> SYN_RECEIVED
                  | SYN-ACK            | ACK of SYN
                  '---> ESTABLISHED <--'
        we close first |         | the peer's FIN
                       v         v
               FIN_WAIT_1      CLOSE_WAIT
       ACK of FIN |    \\ FIN      | we close
                  v     v         v
          FIN_WAIT_2  CLOSING   LAST_ACK
              FIN |     | ACK     | ACK of FIN
                  v     v         v
                 TIME_WAIT --> CLOSED
                         2MSL`;

export const STATE_IDEAS: readonly Idea[] = [
  {
    id: 'states',
    aliases: ['state-machine', 'tcp-states', 'state-diagram', 'rfc-9293'],
    summary: 'An endpoint of a connection is in one of eleven states; segments, the program and one timer move it.',
    diagram: MACHINE,
    text: [
      'Each end has a state of its own, and the two are seldom the same at the same time. tcplint reconstructs both from the segments: what an endpoint sent shows its state for certain (`observed`), what passed the tap towards it shows it unless it was lost behind the tap (`inferred`, until a later segment confirms it).',
      'LISTEN, SYN_SENT and SYN_RECEIVED open; ESTABLISHED carries data; FIN_WAIT_1, FIN_WAIT_2, CLOSING and TIME_WAIT belong to the side that closes first, CLOSE_WAIT and LAST_ACK to the other. UNKNOWN is no state of TCP: it is what tcplint says of an endpoint first seen in mid-connection that has not shown its state yet.',
      'Many connections in one state are a diagnosis: SYN_RECEIVED (handshakes not completed), CLOSE_WAIT (a program that does not close), FIN_WAIT_2 (its peers), TIME_WAIT (many short connections closed from here).',
    ],
    rules: [],
    see: ['three-way-handshake', 'four-way-close', 'netstat'],
    references: ['RFC 9293 3.3.2'],
  },
  {
    id: 'closed',
    aliases: [],
    state: 'CLOSED',
    summary: 'CLOSED: there is no connection.',
    diagram: `
   LAST_ACK  --(ACK of our FIN)--> CLOSED
   TIME_WAIT --(2MSL)------------> CLOSED
   any       --(RST)-------------> CLOSED`,
    text: [
      'A fiction that makes the table complete: before a connection and after it there is nothing to remember. Whatever arrives for it (but a RST) is answered with RST.',
      'The passive closer gets here with the acknowledgment of its FIN, the active closer only when TIME_WAIT is over, and either at once with a RST.',
    ],
    rules: ['data-after-close'],
    see: ['states', 'rst', 'time-wait'],
    references: ['RFC 9293 3.3.2', 'RFC 9293 3.10.7.1'],
  },
  {
    id: 'listen',
    aliases: ['listener', 'passive-open'],
    state: 'LISTEN',
    summary: 'LISTEN: a server waits for SYNs.',
    diagram: `
   socket() bind() listen()  -->  LISTEN  --(SYN)-->  SYN_RECEIVED
                                    |                  (a new connection)
                                    '--- stays, for the next client`,
    text: [
      'A listening socket is no connection: each SYN makes a new one, which goes through SYN_RECEIVED to ESTABLISHED, while the listener stays where it is. No segment shows a listener before the first SYN is answered.',
    ],
    rules: [],
    see: ['syn-queue', 'three-way-handshake'],
    references: ['RFC 9293 3.3.2', 'RFC 9293 3.10.7.2'],
  },
  {
    id: 'syn-sent',
    aliases: [],
    state: 'SYN_SENT',
    summary: 'SYN_SENT: the client has asked and waits for the answer.',
    diagram: `
   connect()  -->  SYN_SENT  -- SYN-ACK --> ESTABLISHED
                      |-------- SYN ------> SYN_RECEIVED (crossing)
                      |-------- RST ------> CLOSED (refused)
                      '- silence: SYN again after 1, 3, 7, 15, 31, 63 s`,
    text: [
      'It lasts one round trip. When it lasts a second or more, the SYN or its answer was lost, and the wait was a retransmission timeout: users feel it as "connecting...". Many connections in SYN_SENT at a client mean that the server, or the way to it, does not answer.',
    ],
    rules: ['syn-unanswered', 'syn-retransmitted', 'early-data', 'isn-changed'],
    see: ['three-way-handshake', 'connection-refused'],
    references: ['RFC 9293 3.3.2', 'RFC 9293 3.10.7.3'],
  },
  {
    id: 'syn-received',
    aliases: ['syn-recv', 'syn-rcvd'],
    state: 'SYN_RECEIVED',
    summary: 'SYN_RECEIVED: the server has answered and waits for the last ACK of the handshake.',
    diagram: `
   LISTEN --(SYN; SYN-ACK sent)--> SYN_RECEIVED --(ACK)--> ESTABLISHED
                                      |
                                      '- silence: SYN-ACK again, 5 times`,
    text: [
      'Half-open, in the SYN queue. It should last one round trip. Many of them at once are a flood, a path that loses SYN-ACKs, or a full accept queue: Linux then leaves connections here although the client’s ACK arrived. `netstat` and `ss` call it SYN_RECV.',
    ],
    rules: ['handshake-incomplete', 'final-ack-lost', 'syn-flood', 'accept-queue-overflow'],
    see: ['syn-queue', 'syn-flood'],
    references: ['RFC 9293 3.3.2', 'RFC 9293 3.10.7.4'],
  },
  {
    id: 'established',
    aliases: [],
    state: 'ESTABLISHED',
    summary: 'ESTABLISHED: the handshake is done, data may flow both ways.',
    diagram: `
   SYN_SENT     --(SYN-ACK)--> ESTABLISHED  (client, first)
   SYN_RECEIVED --(ACK)------> ESTABLISHED  (server, half a round trip later)`,
    text: [
      'The client is ESTABLISHED half a round trip before the server. An end stays so until it sends a FIN, receives one, or a RST ends all. It costs nothing on the wire: without data or keep-alives a connection may be ESTABLISHED for days after the peer has vanished, and neither end knows.',
    ],
    rules: ['reset-mid-connection', 'reset-after-idle', 'keep-alive-unanswered'],
    see: ['three-way-handshake', 'keep-alive', 'peer-crashed'],
    references: ['RFC 9293 3.3.2'],
  },
  {
    id: 'fin-wait-1',
    aliases: ['finwait1'],
    state: 'FIN_WAIT_1',
    summary: 'FIN_WAIT_1: we closed, and our FIN is not acknowledged yet.',
    diagram: `
   ESTABLISHED --(close; FIN sent)--> FIN_WAIT_1
        FIN_WAIT_1 --(ACK of FIN)----> FIN_WAIT_2
        FIN_WAIT_1 --(FIN)-----------> CLOSING
        FIN_WAIT_1 --(FIN + ACK)-----> TIME_WAIT`,
    text: [
      'One round trip, normally. It lasts when the FIN is lost and must be sent again, or when data before it cannot leave: a FIN waits its turn behind a closed window, so a stuck reader at the peer keeps the closer here for minutes.',
    ],
    rules: ['fin-wait-1-stuck', 'fin-retransmitted'],
    see: ['four-way-close', 'zero-window'],
    references: ['RFC 9293 3.6', 'RFC 9293 3.10.7.4'],
  },
  {
    id: 'fin-wait-2',
    aliases: ['finwait2'],
    state: 'FIN_WAIT_2',
    summary: 'FIN_WAIT_2: our FIN is acknowledged; the peer has not closed its side.',
    diagram: `
   closer   FIN_WAIT_1  --(ACK of FIN)-->  FIN_WAIT_2  --(FIN)-->  TIME_WAIT
   peer     CLOSE_WAIT  ................................. LAST_ACK
                        its program has not called close()`,
    text: [
      'The mirror image of the peer’s CLOSE_WAIT. Data may still come: that is a half-close. If the closing program is gone altogether, Linux waits net.ipv4.tcp_fin_timeout (60 s) and then forgets the connection; the peer’s later FIN or data is answered with RST.',
    ],
    rules: ['fin-wait-2-lingering', 'half-close'],
    see: ['close-wait', 'half-close', 'four-way-close'],
    references: ['RFC 9293 3.6'],
  },
  {
    id: 'close-wait',
    aliases: ['closewait', 'many-close-wait', 'close-wait-leak'],
    state: 'CLOSE_WAIT',
    summary: 'CLOSE_WAIT: the peer has closed; our own program has not.',
    diagram: `
   peer                            us
   FIN_WAIT_1   -- FIN --------->  CLOSE_WAIT    read() returns 0
   FIN_WAIT_2   <-- ACK ---------  (kernel)
                                      :          ... nobody calls close() ...
   TIME_WAIT    <-- FIN ---------  LAST_ACK      close()`,
    text: [
      'The kernel acknowledges the peer’s FIN by itself. What comes next is the program’s part: it reads the end of the stream and calls close(). No timer ends this state. A connection that stays here was forgotten: a missing close() on an error path, a connection pool that keeps dead entries, a thread stuck elsewhere.',
      'Each one holds a file descriptor and buffers; a number that only grows ends in "too many open files". No kernel setting helps, since only the program can leave this state. `ss -tnp state close-wait` names it.',
      'While the endpoint still sends, it is a legitimate half-close, and no leak.',
    ],
    rules: ['close-wait-lingering', 'close-wait-leak', 'half-close'],
    see: ['four-way-close', 'fin-wait-2', 'half-close'],
    references: ['RFC 9293 3.3.2', 'RFC 9293 3.6'],
  },
  {
    id: 'closing',
    aliases: [],
    state: 'CLOSING',
    summary: 'CLOSING: both sides closed at once; our FIN still waits for its ACK.',
    diagram: `
   A                                        B
   FIN_WAIT_1   -- FIN ---. .---- FIN ----  FIN_WAIT_1
   CLOSING      <---------'X'------------>  CLOSING
                -- ACK ---. .---- ACK ----
   TIME_WAIT    <---------'X'------------>  TIME_WAIT`,
    text: [
      'The FINs crossed on the wire: each side receives a FIN before the ACK of its own. Both are active closers then, and both go through TIME_WAIT. Normal, and rare.',
    ],
    rules: ['simultaneous-close'],
    see: ['four-way-close', 'time-wait'],
    references: ['RFC 9293 3.6'],
  },
  {
    id: 'last-ack',
    aliases: ['lastack', 'lost-last-ack'],
    state: 'LAST_ACK',
    summary: 'LAST_ACK: we closed second and wait for the last acknowledgment.',
    diagram: `
   active closer                        passive closer
   FIN_WAIT_2   <-- FIN --------------  LAST_ACK
   TIME_WAIT    -- ACK --------x        (lost)
                <-- FIN --------------  again, after a timeout
   TIME_WAIT    -- ACK -------------->  CLOSED`,
    text: [
      'If the last ACK is lost, the FIN comes again, and the active closer must still be there to acknowledge it: the first reason for TIME_WAIT. If the active closer is gone, its host answers the FIN with RST, which ends LAST_ACK as well.',
    ],
    rules: ['last-ack-stuck', 'fin-retransmitted'],
    see: ['time-wait', 'four-way-close'],
    references: ['RFC 9293 3.6'],
  },
  {
    id: 'time-wait',
    aliases: ['timewait', '2msl', 'msl', 'many-time-wait', 'tw-reuse', 'tw-recycle', 'port-exhaustion'],
    state: 'TIME_WAIT',
    summary:
      'TIME_WAIT: the side that closed first stays a while, to acknowledge a repeated FIN and to outlive stragglers.',
    diagram: `
   FIN_WAIT_2  --(FIN; ACK sent)-->  TIME_WAIT  --(2MSL)-->  CLOSED
                                     |  a FIN again: ACK again
                                     |  old segments: harmless
                                     '  60 s on Linux; RFC: 4 min`,
    text: [
      'Two reasons. The last ACK may be lost; then the peer repeats its FIN and somebody must answer, or the peer ends with an error. And segments of this connection may still be on their way; if a new connection with the same addresses and ports began at once, they might be taken for its own. Twice the longest life of a segment (2MSL) settles both.',
      'Only the active closer gets it (both, when the FINs cross), so the number of TIME_WAITs tells who closes first. At a client that opens many short connections to one server address and port, each keeps an ephemeral port busy for a minute: some 28,000 ports, so about 470 connections a second is the limit on Linux. At a server it costs a little memory and no ports.',
      'The cure is fewer closes: connections that last, pools, or the other side closing first. On Linux net.ipv4.tcp_tw_reuse lets a *connecting* host use such a port again when timestamps make it safe; it does nothing for a server. net.ipv4.tcp_tw_recycle broke clients behind NAT and was removed in Linux 4.12. The 60 s are fixed in the kernel; tcp_fin_timeout is about FIN_WAIT_2.',
      'A RST that arrives in TIME_WAIT may end it early ("assassination"), which brings the dangers back: RFC 1337.',
    ],
    rules: ['time-wait-pressure', 'time-wait-reuse', 'time-wait-assassination', 'connection-churn', 'old-duplicate'],
    see: ['four-way-close', 'last-ack', 'short-and-long-connections', 'four-tuple'],
    references: ['RFC 9293 3.4.2', 'RFC 9293 3.6.1', 'RFC 1337', 'RFC 6191'],
  },
  {
    id: 'unknown',
    aliases: ['midstream', 'mid-connection'],
    state: 'UNKNOWN',
    summary: 'UNKNOWN: the capture began in mid-connection, and nothing has shown this endpoint’s state yet.',
    diagram: `
   ... connection ...  |  capture begins
   SYN, SYN-ACK, ACK   |  data --> at least ESTABLISHED
      (not seen)       |  FIN  --> the sender is in FIN_WAIT_1 or LAST_ACK`,
    text: [
      'tcplint does not guess: data proves that an endpoint got beyond the handshake, a FIN that it closes. Options of the SYN (window scale, SACK, MSS) stay unknown in such a connection, so windows are shown as the bare field and rules that need the handshake stay silent.',
    ],
    rules: ['capture-midstream'],
    see: ['states', 'window-scaling'],
    references: ['RFC 9293 3.3.2'],
  },
];
