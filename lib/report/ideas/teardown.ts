import type { Idea } from './idea.ts';

export const TEARDOWN_IDEAS: readonly Idea[] = [
  {
    id: 'four-way-close',
    aliases: ['fin', 'teardown', 'close', 'four-way-handshake', 'three-segment-close', 'active-close', 'passive-close'],
    summary: 'Each direction is closed by its own FIN and acknowledged by its own ACK: four segments, or three.',
    diagram: `
   active closer                        passive closer
   FIN_WAIT_1   -- FIN -------------->  CLOSE_WAIT
   FIN_WAIT_2   <-- ACK --------------
                                        (its program closes)
   TIME_WAIT    <-- FIN --------------  LAST_ACK
                -- ACK -------------->  CLOSED`,
    text: [
      'A FIN says "I shall send no more", for one direction only. The other may go on. That is why closing takes four segments where opening takes three: between the ACK of the first FIN and the second FIN lies the other program’s own decision.',
      'When that program closes at once, its kernel puts FIN and ACK into one segment and three are enough. Either side may begin; who does is the active closer and ends in TIME_WAIT.',
    ],
    rules: ['close-wait-lingering', 'fin-wait-2-lingering', 'fin-retransmitted', 'simultaneous-close', 'unfinished'],
    see: ['close-wait', 'time-wait', 'half-close', 'closing'],
    references: ['RFC 9293 3.6'],
  },
  {
    id: 'half-close',
    aliases: ['shutdown', 'close-vs-shutdown', 'half-closed'],
    summary:
      'shutdown() closes one direction and goes on reading; close() gives up both, and the wire shows which it was.',
    diagram: `
   shutdown(SHUT_WR)   -- FIN -->    <-- data --   -- ACK -->   it still reads
   close()             -- FIN -->    <-- data --   -- RST -->   nobody reads`,
    text: [
      'Both send the same FIN. The difference shows when the peer sends more: after shutdown() the data is acknowledged as usual (a half-close, as of a client that has sent its request and waits for the answer); after close() there is nobody to read it, and the host answers with RST. Those bytes are lost, and the peer’s program gets "connection reset by peer" or "broken pipe".',
    ],
    rules: ['half-close', 'data-after-close', 'abortive-close'],
    see: ['four-way-close', 'fin-wait-2', 'rst'],
    references: ['RFC 9293 3.6', 'RFC 9293 3.9.1.4', 'RFC 1122 4.2.2.13'],
  },
  {
    id: 'rst',
    aliases: ['reset', 'connection-reset', 'abort', 'linger', 'challenge-ack'],
    summary: 'RST ends a connection at once, for many different reasons; where it comes tells which.',
    diagram: `
   answer to a SYN            nobody listens              refused
   right after FIN, or        program closed with data    abortive close
     instead of one             unread, or linger 0
   answer to data             the receiver has closed     data lost
   after long silence         a device forgot the         idle timeout
                                connection
   from nowhere, other TTL    a middlebox, an injector    suspicious`,
    text: [
      'A RST is never acknowledged and discards what is still under way, in both directions: data that was sent but not yet read is gone. Programs see "connection reset by peer".',
      'It is believed only if its sequence number is exactly the next one expected. One that merely falls into the window is answered with a challenge ACK, so that a real sender can repeat it properly and a blind attacker gains nothing. A SYN inside a live connection gets a challenge ACK too.',
      'A program that closes without having read everything, or with SO_LINGER set to 0, sends RST instead of FIN on purpose; some load balancers do so to avoid TIME_WAIT.',
    ],
    rules: [
      'reset-lost-data',
      'reset-mid-connection',
      'abortive-close',
      'reset-suspicious',
      'reset-after-idle',
      'reset-storm',
      'connection-refused',
    ],
    see: ['connection-refused', 'half-close', 'peer-crashed'],
    references: ['RFC 9293 3.5.2', 'RFC 9293 3.5.3', 'RFC 9293 3.10.7.4', 'RFC 5961'],
  },
  {
    id: 'peer-crashed',
    aliases: ['cable-cut', 'rebooted', 'half-open-connection', 'dead-peer', 'broken-pipe', 'crash'],
    summary: 'A crashed process still says goodbye; a crashed host, or a cut cable, says nothing.',
    diagram: `
   process dies     kernel closes for it     FIN, or RST with data unread
   host dies        silence                  data again and again, no ACK
   cable cut        silence                  the same
   host rebooted    does not know us         RST to the next segment`,
    text: [
      'When a process dies its kernel closes its sockets, so the peer sees a FIN or RST. When the host or the path dies nobody tells: an idle peer stays ESTABLISHED, for ever without keep-alives; a peer with data repeats it with growing gaps (Linux: net.ipv4.tcp_retries2, 15 times, some 15 minutes) before the program hears of it.',
      'A host that has rebooted has no memory of the connection: the next segment gets a RST. If the same client connects again from the same port, its SYN meets the server’s old connection and is answered with a challenge ACK, then a RST clears it.',
    ],
    rules: ['blackhole', 'timeout-backoff', 'reset-after-idle', 'syn-in-connection', 'keep-alive-unanswered'],
    see: ['keep-alive', 'rst', 'retransmission'],
    references: ['RFC 9293 3.5.1', 'RFC 9293 3.8.3'],
  },
  {
    id: 'keep-alive',
    aliases: ['keepalive', 'so-keepalive', 'idle-timeout'],
    summary:
      'An idle connection can ask whether the peer is still there: a probe with an old sequence number must be acknowledged.',
    diagram: `
   idle 2 h      -- probe seq=next-1 -->
                 <-- ACK --------------   alive: wait another 2 h
                 -- probe ----x           75 s
                 -- probe ----x           75 s    ... 9 times
   dead          the program is told: timed out`,
    text: [
      'The probe repeats the last number already acknowledged, with one byte or none, so that a living peer must answer with an ACK. It is off unless the program asks (SO_KEEPALIVE). Linux: first after 7200 s of silence, then every 75 s, 9 times; programs often set less.',
      'Firewalls, NATs and load balancers forget idle connections, often after a few minutes, long before the first probe of the default. Keep-alives (or messages of the application) must come more often than the shortest such timeout on the path.',
      'A probe into a closed window looks similar, but asks something else: whether there is room again.',
    ],
    rules: ['keep-alive-unanswered', 'idle-with-keep-alive', 'reset-after-idle'],
    see: ['peer-crashed', 'zero-window'],
    references: ['RFC 9293 3.8.4'],
  },
  {
    id: 'short-and-long-connections',
    aliases: ['short-connections', 'long-connections', 'connection-churn', 'connection-pool', 'persistent-connections'],
    summary: 'A connection per request pays for a handshake, a slow start and a TIME_WAIT each time.',
    diagram: `
   short   SYN SYN-ACK ACK | request response | FIN ACK FIN ACK | TIME_WAIT
   long    SYN SYN-ACK ACK | request response | request response | ...`,
    text: [
      'A short connection costs a round trip before the first byte (more with TLS), starts with a small congestion window every time, and leaves a TIME_WAIT with whoever closes. Many in a row between the same two hosts would be served better by one that lasts.',
      'A lasting connection must be looked after: devices on the path forget it when idle, a dead peer is noticed late, and a pool must drop what the server has closed (or it collects CLOSE_WAITs).',
    ],
    rules: ['connection-churn', 'time-wait-pressure', 'reset-after-idle'],
    see: ['time-wait', 'keep-alive', 'close-wait'],
    references: ['RFC 9293 3.6.1'],
  },
];
