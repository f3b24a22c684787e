import type { Idea } from './idea.ts';

export const HANDSHAKE_IDEAS: readonly Idea[] = [
  {
    id: 'three-way-handshake',
    aliases: ['handshake', '3whs', '3-way-handshake', 'syn', 'syn-ack', 'connection-establishment'],
    summary: 'Three segments open a connection: both sides tell where they begin to count, and both are confirmed.',
    diagram: `
   client                                   server
   CLOSED                                   LISTEN
   SYN_SENT      -- SYN seq=x ----------->
                                            SYN_RECEIVED
                 <-- SYN seq=y ack=x+1 ---
   ESTABLISHED   -- ACK seq=x+1 ack=y+1 ->
                                            ESTABLISHED`,
    text: [
      'Each side picks an initial sequence number (x, y) and announces it with a SYN. The acknowledgment of that number, plus one, is the proof that it arrived. The server puts its own SYN and its acknowledgment into one segment, so three segments do.',
      'The two ends are not ESTABLISHED at the same moment: the client is when the SYN-ACK arrives, the server half a round trip later, when the ACK does. If that last ACK is lost, the client may already send while the server still waits; the first data segment carries the acknowledgment again and heals it.',
      'At a tap, SYN to SYN-ACK is the round trip on the server side of the tap, and SYN-ACK to ACK the one on the client side. The sum is the whole.',
    ],
    rules: ['handshake-slow', 'syn-retransmitted', 'syn-unanswered', 'handshake-incomplete', 'final-ack-lost'],
    see: ['why-three', 'syn-queue', 'initial-sequence-number', 'simultaneous-open'],
    references: ['RFC 9293 3.5'],
  },
  {
    id: 'why-three',
    aliases: ['why-not-two', 'two-way-handshake', 'why-three-segments'],
    summary: 'With two segments, an old SYN that the network had kept could open a connection nobody wants.',
    diagram: `
   client                                   server
                 -- SYN seq=old (late) -->          an earlier attempt, delayed
                 <-- SYN seq=y ack=old+1 -  SYN_RECEIVED
   "not mine"    -- RST seq=old+1 ------->  back to LISTEN`,
    text: [
      'A SYN may wander about in the network long after its sender gave up. The server cannot tell it from a fresh one. If its answer alone made the connection, it would now hold one, and might send data into it, although no client is there.',
      'The third segment is the proof that the client means it now: the server learns that its own number y has reached somebody who had indeed sent x. A client that is asked about an old number answers RST, and nothing is left behind.',
      'Both initial sequence numbers must be confirmed before either side may count on them; that takes two acknowledgments, and the server can merge its own with its SYN. Fewer than three cannot do it, more are not needed.',
    ],
    rules: ['synack-wrong-ack', 'handshake-incomplete', 'old-duplicate'],
    see: ['three-way-handshake', 'rst'],
    references: ['RFC 9293 3.5'],
  },
  {
    id: 'initial-sequence-number',
    aliases: ['isn', 'sequence-number', 'syn-consumes-sequence-number', 'phantom-byte', 'fin-consumes-sequence-number'],
    summary: 'SYN and FIN each take one sequence number, so that they can be acknowledged and sent again like data.',
    diagram: `
   number    x      x+1 ... x+n     x+n+1
   what      SYN    n bytes         FIN
   answered  x+1    x+n+1           x+n+2`,
    text: [
      'Every byte has a number, modulo 2^32. SYN and FIN carry no data but take one number each; that is why the acknowledgment of a SYN with number x is x+1, and why a lost SYN or FIN is noticed and repeated. A bare ACK and a RST take none: they are never acknowledged, and never repeated for their own sake.',
      'The first number is chosen hard to guess (RFC 6528), so that a stranger cannot forge segments, and different from that of the connection before on the same ports, so that stragglers of that one do not fit.',
      'Wireshark and tcplint show numbers counted from each side’s first; `packets` as JSON has the raw ones.',
    ],
    rules: ['isn-changed', 'syn-retransmitted', 'fin-retransmitted'],
    see: ['three-way-handshake', 'four-way-close', 'retransmission'],
    references: ['RFC 9293 3.4', 'RFC 9293 3.4.1', 'RFC 6528'],
  },
  {
    id: 'data-on-third-segment',
    aliases: ['third-segment-data', 'ack-with-data', 'defer-accept', 'lost-final-ack'],
    summary: 'The ACK that completes the handshake may carry data, and later data can stand in for it when it is lost.',
    diagram: `
   client                                   server
                 -- SYN ----------------->
                 <-- SYN-ACK -------------  SYN_RECEIVED
   ESTABLISHED   -- ACK ----------x         (lost)
                 -- ACK + 200 bytes ----->  ESTABLISHED`,
    text: [
      'Every segment after the SYN carries an acknowledgment. Any of them with ack=y+1 moves the server to ESTABLISHED, with data in it or without.',
      'A server may even prefer it: with TCP_DEFER_ACCEPT, Linux ignores the bare ACK and waits for data before it wakes the program. It repeats the SYN-ACK meanwhile, which looks like a lost ACK and is none.',
    ],
    rules: ['final-ack-lost'],
    see: ['three-way-handshake', 'syn-queue'],
    references: ['RFC 9293 3.5'],
  },
  {
    id: 'tcp-fast-open',
    aliases: ['tfo', 'fast-open', 'data-in-syn', 'syn-data'],
    summary: 'A client that has been here before may put data into its SYN and save a round trip.',
    diagram: `
   first visit   -- SYN, option: cookie? ------------>
                 <-- SYN-ACK, option: cookie=C -------
   next visit    -- SYN, cookie=C, 200 bytes -------->
                 <-- SYN-ACK ack=x+201 --------------  taken
              or <-- SYN-ACK ack=x+1 ----------------  ignored: sent again`,
    text: [
      'Data in a SYN has always been allowed, but a server may not give it to the program before the handshake is complete. The Fast Open cookie proves that the client’s address was reachable before, so that the server may answer at once.',
      'The acknowledgment in the SYN-ACK tells what happened: x+1 plus the length when the data was taken, x+1 alone when it was not. Then the client sends it again after the handshake and has lost nothing but the chance. Middleboxes that drop SYNs with data, or strip the option, cost a whole timeout.',
    ],
    rules: ['syn-data-ignored', 'syn-data-without-tfo', 'early-data'],
    see: ['three-way-handshake', 'options'],
    references: ['RFC 7413'],
  },
  {
    id: 'syn-queue',
    aliases: ['accept-queue', 'backlog', 'listen-backlog', 'half-open', 'somaxconn', 'queues', 'synack-retries'],
    summary: 'A listener keeps two queues: handshakes under way, and finished connections that wait for accept().',
    diagram: `
      SYN           ACK               accept()
   ------->  SYN queue  ------->  accept queue  ------->  program
             SYN_RECEIVED         ESTABLISHED
             half-open            nobody reads them yet`,
    text: [
      'A SYN makes an entry in the SYN queue (half-open, SYN_RECEIVED); the ACK moves it to the accept queue, where the connection is complete but the program has not fetched it. On Linux the second is bounded by the smaller of listen()’s backlog and net.core.somaxconn, the first also by net.ipv4.tcp_max_syn_backlog.',
      'When the accept queue is full, Linux ignores the client’s final ACK: the client believes it is connected and sends, the server repeats its SYN-ACK (after 1, 2, 4, 8, 16 s: net.ipv4.tcp_synack_retries, 5) and in the end drops the connection without a word. The program is too slow to call accept(); a longer queue only hides that.',
      'When the SYN queue is full, SYNs are dropped, or answered with cookies. Turning tcp_synack_retries down to 0 is no cure: every client that loses one packet is then shut out.',
      '`ss -ltn` shows the accept queue of a listener (Recv-Q of Send-Q); `nstat -az TcpExtListenOverflows TcpExtListenDrops` counts what was turned away.',
    ],
    rules: ['accept-queue-overflow', 'final-ack-lost', 'handshake-incomplete', 'syn-flood'],
    see: ['syn-flood', 'syn-received', 'three-way-handshake'],
    references: ['RFC 9293 3.10.7.2', 'RFC 4987'],
  },
  {
    id: 'syn-flood',
    aliases: ['syn-cookies', 'syn-cookie', 'half-open-attack'],
    summary: 'Handshakes that nobody means to complete crowd the real ones out.',
    diagram: `
   forged a   -- SYN -->
   forged b   -- SYN -->   [ a b c d e f g h ]  SYN queue full
   forged c   -- SYN -->     each repeats its SYN-ACK, for a minute
   client     -- SYN -->   x no room`,
    text: [
      'A SYN costs its sender one packet, and the server an entry and several SYN-ACKs until it gives up. With forged sources nobody ever answers. Signs in a capture: very many SYNs to one port, hardly any completed, sources that never retry (real clients do), equal TTLs, random-looking addresses.',
      'With SYN cookies the server keeps no entry: it packs what it must remember into the sequence number of its SYN-ACK and reads it back from the ACK. They leave marks: the MSS is rounded to a few values, and window scaling and SACK survive only inside the timestamp, if there is one. On Linux net.ipv4.tcp_syncookies=1 uses them only when the queue overflows.',
      'A port scan, a dead backend behind a balancer, or a capture that sees one direction only can look alike; tcplint tells them apart by targets, refusals and answers.',
    ],
    rules: ['syn-flood', 'port-scan', 'host-sweep'],
    see: ['syn-queue', 'three-way-handshake'],
    references: ['RFC 4987'],
  },
  {
    id: 'connection-refused',
    aliases: ['refused', 'econnrefused', 'closed-port', 'syn-unanswered', 'syn-dropped'],
    summary: 'A refusal is an answer (RST); silence is something else.',
    diagram: `
   nobody listens     -- SYN -->   <-- RST, ACK --     at once: "refused"
   a firewall drops   -- SYN -->   ...1 s...  -- SYN -->  ...2 s...
   a firewall rejects -- SYN -->   <-- ICMP unreachable --`,
    text: [
      'A host that has no listener on the port answers the SYN with RST: the program sees "connection refused" within a round trip. The host is up and reachable.',
      'No answer means that the SYN or its answer was dropped: a firewall, a wrong route, a host that is down. The client tries again after 1, 3, 7, 15, 31, 63 s (Linux: net.ipv4.tcp_syn_retries, 6) and reports a timeout after about two minutes.',
      'A third kind is an ICMP error: port, host or network unreachable, or "administratively prohibited", which names the device that refused.',
    ],
    rules: ['connection-refused', 'syn-unanswered', 'refused-storm'],
    see: ['rst', 'three-way-handshake', 'retransmission'],
    references: ['RFC 9293 3.10.7.1', 'RFC 9293 3.5.2'],
  },
  {
    id: 'simultaneous-open',
    aliases: ['crossing-syns', 'both-connect'],
    summary: 'Two SYNs that cross make one connection, without a listener.',
    diagram: `
   A                                        B
   SYN_SENT      -- SYN seq=x ---. .------  SYN_SENT
                                  X
   SYN_RECEIVED  <- SYN seq=y ---' '----->  SYN_RECEIVED
                 -- SYN-ACK ------------->
                 <------------- SYN-ACK --
   ESTABLISHED                              ESTABLISHED`,
    text: [
      'When both ends connect to each other at the same time, from the very ports they connect to, each receives a SYN while in SYN_SENT. Both go to SYN_RECEIVED, answer, and become ESTABLISHED. One connection results, not two.',
      'It is rare by chance, and used on purpose to get through two NATs ("hole punching"). On a loopback address a client can even connect to itself when its own ephemeral port is the one that it tries.',
    ],
    rules: ['simultaneous-open'],
    see: ['three-way-handshake', 'syn-sent'],
    references: ['RFC 9293 3.5'],
  },
];
