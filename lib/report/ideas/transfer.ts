import type { Idea } from './idea.ts';

export const TRANSFER_IDEAS: readonly Idea[] = [
  {
    id: 'acknowledgment',
    aliases: [
      'ack',
      'acks',
      'ordering',
      'duplicate-ack',
      'duplicates',
      'cumulative-ack',
      'sack',
      'dsack',
      'delayed-ack',
      'reordering',
    ],
    summary:
      'An ACK names the next byte expected: it confirms everything before, and repeats itself while something is missing.',
    diagram: `
   -- 1:1001 ------------->
                            <-- ack 1001 --
   -- 1001:2001 ---x        (lost)
   -- 2001:3001 ---------->
                            <-- ack 1001, sack 2001-3001 --   duplicate
   -- 1001:2001 ---------->  (again)
                            <-- ack 3001 --`,
    text: [
      'Bytes may arrive out of order or twice; the receiver puts them in order by number, delivers each once, and answers with the number up to which nothing is missing. SACK adds which later pieces are already there, so that only the hole is sent again; D-SACK reports what came twice, which proves a repetition unnecessary.',
      'An ACK may wait a little for company: up to 500 ms by the standard, usually 40 ms on Linux and 200 ms elsewhere, but every second full segment is acknowledged at once.',
      'A gap in a capture is not always a loss: segments overtake each other, and the capture itself may have missed one. If the receiver acknowledges bytes that the capture never saw, it was the capture.',
    ],
    rules: [
      'reordering',
      'duplicate-ack-storm',
      'spurious-retransmission',
      'capture-drops',
      'network-duplicates',
      'ack-of-unsent',
    ],
    see: ['retransmission', 'sliding-window', 'options'],
    references: ['RFC 9293 3.4', 'RFC 2018', 'RFC 2883', 'RFC 5681 4.2'],
  },
  {
    id: 'retransmission',
    aliases: [
      'retransmit',
      'rto',
      'timeout',
      'fast-retransmit',
      'fast-retransmission',
      'tail-loss-probe',
      'tlp',
      'back-off',
      'backoff',
      'packet-loss',
      'loss',
    ],
    summary:
      'What is not acknowledged is sent again: quickly if later ACKs betray the hole, after a timeout if nothing does.',
    diagram: `
   fast      data 2 lost, 3 4 5 arrive -> 3 duplicate ACKs (or SACK)
             -> 2 again, about one round trip later
   probe     the last segment lost, nobody notices
             -> it is sent again after about two round trips
   timeout   nothing comes back at all
             -> again after RTO, then 2 RTO, 4 RTO, ... (back-off)`,
    text: [
      'The retransmission timeout follows the measured round trips and is never below 200 ms on Linux (the standard says 1 s; 1 s also before anything was measured, hence the full second that a lost SYN costs). Each further timeout doubles it, up to two minutes.',
      'A fast retransmission costs a round trip and is routine on a busy path. A timeout costs the user hundreds of milliseconds or more, and the congestion window falls to one segment: that is what to look for.',
      'A retransmission may be unnecessary (spurious) when the original or its ACK was only late. And what looks like one in a capture may be a copy made by a mirror port, a keep-alive or a window probe; tcplint says which.',
    ],
    rules: [
      'retransmission-burst',
      'retransmission-rate',
      'timeout-backoff',
      'blackhole',
      'path-mtu-blackhole',
      'tail-loss',
      'spurious-retransmission',
      'correlated-loss',
      'capture-duplicates',
    ],
    see: ['acknowledgment', 'congestion-control', 'zero-window'],
    references: ['RFC 6298', 'RFC 5681 3.2', 'RFC 8985', 'RFC 9293 3.8.1'],
  },
  {
    id: 'sliding-window',
    aliases: ['window', 'receive-window', 'flow-control', 'window-full', 'window-limited', 'bytes-in-flight'],
    summary: 'The receiver says how many more bytes it has room for; the sender may have no more than that under way.',
    diagram: `
       acknowledged   |  in flight  |  may be sent  |  must wait
   ...................|#############|...............|................
                   SND.UNA       SND.NXT     SND.UNA + window`,
    text: [
      'Every ACK carries a window: the free space in the receive buffer. As the program reads and data is acknowledged, the window slides on. In one round trip a sender can move one window at most, so throughput is limited to window / RTT: 64 KiB at 100 ms is 5 Mbit/s, however fast the line.',
      'If the bytes in flight keep touching the window, the receiver is the limit (buffer too small, program too slow); if they stay below it, the network (congestion window) or the sending program is.',
    ],
    rules: ['window-limited', 'zero-window-stall', 'window-shrunk', 'window-scale-one-sided'],
    see: ['zero-window', 'window-scaling', 'congestion-control'],
    references: ['RFC 9293 3.8.6'],
  },
  {
    id: 'zero-window',
    aliases: ['zero-window-probe', 'window-probe', 'zwp', 'persist-timer', 'stall'],
    summary: 'A window of zero says "stop, I have no room"; probes find out when there is some again.',
    diagram: `
   sender                                receiver
   -- data ------------------------>     buffer full, program not reading
                     <-- ack, win 0 --
   -- probe ----------------------->     after an RTO, then twice that, ...
                     <-- ack, win 0 --
                     <-- win 14600 ---   the program reads: window update
   -- data ------------------------>`,
    text: [
      'The network is fine; the receiving program does not take its data: busy, blocked, paused, or waiting for something that never comes. Everything behind the full buffer waits too.',
      'The update that reopens the window is a bare ACK and is not repeated if lost. So the sender probes, at growing intervals, and goes on for as long as the receiver answers: a stall can last for ever without either kernel giving up. A probe carries one byte beyond the window, or on Linux none at all with an old number, which many tools take for a keep-alive.',
    ],
    rules: ['zero-window-stall', 'zero-window-dead', 'silly-window'],
    see: ['sliding-window', 'silly-window', 'keep-alive'],
    references: ['RFC 9293 3.8.6.1'],
  },
  {
    id: 'silly-window',
    aliases: ['sws', 'silly-window-syndrome', 'nagle', 'nodelay', 'tinygram', 'small-segments'],
    summary: 'Windows that open by a few bytes, or programs that write a few, fill the line with headers.',
    diagram: `
   silly      win 10 -> 10 bytes -> win 10 -> 10 bytes -> ...
   Nagle      small write, earlier one unacknowledged -> wait for the ACK
   + delayed  ... and the receiver waits before it sends that ACK
              => 40 ms or 200 ms per exchange, on an idle line`,
    text: [
      'Both ends are told to avoid it: a receiver reopens its window only by a full segment or half its buffer; a sender holds a small segment back while an earlier one is unacknowledged (Nagle’s algorithm).',
      'Nagle and delayed ACKs get in each other’s way when a program writes a message in two small pieces and then waits: the second piece waits for the ACK of the first, which the receiver delays in the hope of an answer to send it with. Write the message at once, or set TCP_NODELAY.',
    ],
    rules: ['silly-window', 'nagle-delayed-ack'],
    see: ['sliding-window', 'acknowledgment', 'byte-stream'],
    references: ['RFC 9293 3.8.6.2', 'RFC 9293 3.7.4', 'RFC 9293 3.8.6.3'],
  },
  {
    id: 'window-scaling',
    aliases: ['window-scale', 'wscale', 'scale'],
    summary: 'The window field has 16 bits; a factor agreed in the handshake stretches it to a gigabyte.',
    diagram: `
   SYN      wscale 7   -->   "my windows count in units of 2^7 = 128"
   SYN-ACK  wscale 10  <--   "mine in units of 2^10"
   later    win 502, from the client  =  502 * 128 = 64,256 bytes`,
    text: [
      'The factor stands in the SYNs only, each for the windows that its sender will announce later, and holds only if both sides offer one. A device that strips the option from one SYN leaves both ends with 64 KiB, or worse, with different ideas of the window.',
      'Without the handshake in the capture the factor is unknown, and the field cannot be turned into bytes.',
    ],
    rules: ['window-scale-one-sided', 'window-limited', 'capture-midstream'],
    see: ['sliding-window', 'options'],
    references: ['RFC 7323 2'],
  },
  {
    id: 'congestion-control',
    aliases: ['slow-start', 'congestion-avoidance', 'congestion-window', 'cwnd', 'ssthresh', 'cubic', 'bbr', 'ecn'],
    summary: 'The sender guesses how much the path can carry: it grows until something is lost, then holds back.',
    diagram: `
   bytes in
   flight          /|        /|
                 /  |      /  |     loss found by ACKs: about half
               /    |    /    |
        /|   /      |  /      |
      _/ | /        |/        |_    timeout: back to one segment
   slow    congestion avoidance`,
    text: [
      'The congestion window is the sender’s own limit beside the receiver’s window. It begins with some ten segments, doubles each round trip (slow start) until a loss or a threshold, then grows slowly. CUBIC, the default of Linux, takes off 30 % at a loss; a timeout takes it back to one segment.',
      'It is not on the wire: bytes in flight are its shadow, seen best from the sender’s side. Where routers mark instead of dropping (ECN), the receiver echoes the mark and the sender slows down as if one segment were lost, without losing it.',
      'A short transfer never leaves slow start, and is governed by round trips rather than by bandwidth.',
    ],
    rules: ['retransmission-rate', 'rtt-inflated', 'ecn-broken', 'correlated-loss'],
    see: ['sliding-window', 'retransmission'],
    references: ['RFC 5681', 'RFC 9438', 'RFC 6928', 'RFC 3168'],
  },
  {
    id: 'round-trip',
    aliases: ['rtt', 'round-trip-time', 'latency', 'karn', 'bufferbloat', 'bloated-queue'],
    summary: 'The time from a segment to its acknowledgment: what every timer and every window is measured by.',
    diagram: `
   sender        tap                 receiver
     |-- data --->|------------------->|
     |            |<------ ack --------|
     |            '- seen at the tap: -'
     |              this half only`,
    text: [
      'A sender times some of its segments and takes the smoothed time and its variation for the retransmission timer. A segment that was sent twice gives no time, since nobody can tell which copy was acknowledged (Karn); timestamps can tell.',
      'A tap in the middle sees two halves, one on each side. Near the sender one of them is nearly the whole, near the receiver the same one is nearly nothing: compare captures by where they were taken.',
      'Without load the smallest time is the path itself. If times climb while a transfer runs and fall after it, a queue on the way has filled (bufferbloat); a receiver that holds ACKs back adds up to 200 ms, but does not climb.',
    ],
    rules: ['rtt-inflated', 'handshake-slow', 'slow-response'],
    see: ['retransmission', 'congestion-control', 'sliding-window'],
    references: ['RFC 6298 2', 'RFC 6298 3', 'RFC 7323 4', 'RFC 8289'],
  },
  {
    id: 'path-mtu',
    aliases: ['pmtu', 'mtu', 'path-mtu-discovery', 'pmtud', 'fragmentation-needed', 'mtu-black-hole'],
    summary: 'The largest packet that every link on the way can carry; who does not know it sends packets that vanish.',
    diagram: `
   sender                router                    receiver
     |-- 1500 bytes, DF -->| next link: 1400
     |<-- ICMP: fragmentation needed, MTU 1400 --
     |-- 1400 bytes ------>|------------------------>|
   and if a firewall drops the ICMP:
     |-- 1500 --> x   |-- 1500 --> x   |-- 1500 --> x`,
    text: [
      'The MSS in the SYN speaks only of the ends. Links between them may take less: tunnels, VPNs, PPPoE. Packets forbid fragments, and a router that cannot pass one on tells the sender by ICMP.',
      'Where that ICMP is dropped, small segments pass and full ones vanish: the handshake succeeds, a login works, and the first long answer hangs. Some stacks find out by trying smaller segments after timeouts.',
      'Clamping the MSS on the tunnel avoids it for TCP. A capture shows it as the same large segment again and again, with small ones acknowledged beside it.',
    ],
    rules: ['path-mtu-blackhole', 'blackhole', 'mss-small'],
    see: ['options', 'retransmission', 'header'],
    references: ['RFC 1191', 'RFC 8201', 'RFC 2923 2.1', 'RFC 4821'],
  },
  {
    id: 'byte-stream',
    aliases: ['sticky-packets', 'message-boundaries', 'framing', 'stream', 'segmentation'],
    summary: 'TCP carries bytes, not messages: where one write() ends does not show at the other end.',
    diagram: `
   write("AB") write("CD")                read() -> "ABC"
   segments      [ABC] [D]                read() -> "D"`,
    text: [
      'Writes are merged and split as segment sizes, Nagle, windows and retransmissions have it. read() returns what has arrived so far, which may be half a message or three. This is no fault of the network and cannot be configured away.',
      'The application must mark its messages itself: a length before each, a delimiter, or a fixed size. Bugs of that kind show up under load or over slow links first, when reads begin to differ from writes.',
    ],
    rules: ['nagle-delayed-ack'],
    see: ['silly-window', 'acknowledgment'],
    references: ['RFC 9293 2.2', 'RFC 9293 3.7'],
  },
];
