import type { Idea } from './idea.ts';

export const SEGMENT_IDEAS: readonly Idea[] = [
  {
    id: 'header',
    aliases: ['tcp-header', 'segment', 'flags', 'data-offset', 'urgent-pointer', 'urgent', 'psh'],
    summary:
      'Twenty bytes and up to forty of options say who, where in the stream, what is acknowledged, and how much room there is.',
    diagram: `
    0                   1                   2                   3
   +-------------------------------+-------------------------------+
   |          source port          |       destination port        |
   +-------------------------------+-------------------------------+
   |                        sequence number                        |
   +---------------------------------------------------------------+
   |                     acknowledgment number                     |
   +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
   | offset|  rsvd |C|E|U|A|P|R|S|F|            window             |
   +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
   |            checksum           |        urgent pointer         |
   +-------------------------------+-------------------------------+
   |               options (offset - 5 words) ...                  |
   +---------------------------------------------------------------+`,
    text: [
      'Sequence number: of the first byte (or of the SYN). Acknowledgment: the next byte expected, valid with the ACK flag, which every segment after the first SYN has. Data offset: length of the header in 32-bit words, 5 to 15. Window: room at the sender of this segment, scaled.',
      'Flags: SYN opens, FIN closes, RST aborts, PSH asks the receiver not to wait for more, URG says that the urgent pointer counts (hardly used, and best avoided), ECE and CWR carry congestion marks. No sane stack sets SYN with FIN or RST, or no flag at all.',
    ],
    rules: ['illegal-flags', 'bad-header', 'urgent-data'],
    see: ['options', 'checksum', 'initial-sequence-number'],
    references: ['RFC 9293 3.1'],
  },
  {
    id: 'options',
    aliases: ['tcp-options', 'mss', 'timestamps', 'sack-permitted', 'mptcp', 'paws', 'maximum-segment-size'],
    summary: 'Options are agreed in the SYNs; one that a side leaves out, or a device strips, holds for neither.',
    diagram: `
   option           where       what it does
   MSS              SYNs        largest segment I can take
   window scale     SYNs        factor of my later windows
   SACK permitted   SYNs        later ACKs may name what arrived
   timestamps       everywhere  round trips, old duplicates (PAWS)
   Fast Open        SYNs        data in the next SYN
   MPTCP            SYNs, data  several paths for one connection`,
    text: [
      'MSS is not negotiated: each side tells what it can receive, usually the MTU less 40 bytes (IPv4) or 60 (IPv6). If it is missing, the peer must assume 536 on IPv4 and 1220 on IPv6. Routers and tunnels often lower it on the way ("clamping").',
      'Timestamps, once agreed, must be in every segment but RSTs; they let the sender measure round trips even for repeated segments, and protect against old duplicates when sequence numbers wrap.',
    ],
    rules: ['mss-small', 'sack-one-sided', 'timestamps-one-sided', 'window-scale-one-sided', 'timestamp-regression'],
    see: ['window-scaling', 'acknowledgment', 'tcp-fast-open'],
    references: ['RFC 9293 3.2', 'RFC 9293 3.7.1', 'RFC 7323', 'RFC 2018', 'RFC 8684'],
  },
  {
    id: 'checksum',
    aliases: ['bad-checksum', 'offload', 'tso', 'gso', 'gro', 'lro', 'segmentation-offload', 'checksum-offload'],
    summary:
      'Most bad checksums in captures are not errors: the capture was taken before the network card filled them in.',
    diagram: `
   program -> kernel -> [capture] -> network card -> wire
                        checksum     cuts big segments, fills checksums
                        unfinished,
                        64 KB "segments"`,
    text: [
      'The checksum covers header, payload, and the addresses of the IP header. A receiver drops a segment that fails it without a word, so true corruption looks like loss.',
      'With offload, the kernel hands the card segments of up to 64 KB with the sum left open; a capture on the sending host sees those. On the receiving side the card may merge segments before the capture sees them. Neither existed on the wire. tcplint recognises such a host and does not count it as damage.',
    ],
    rules: ['bad-checksum', 'capture-offload'],
    see: ['header', 'retransmission'],
    references: ['RFC 9293 3.1'],
  },
  {
    id: 'four-tuple',
    aliases: [
      'port',
      'ports',
      'socket',
      'connection-reuse',
      '4-tuple',
      '5-tuple',
      'connection-identity',
      'port-reuse',
      'incarnation',
      'ephemeral-port',
      'so-reuseport',
    ],
    summary: 'Two addresses and two ports name a connection; used again, they name its next incarnation.',
    diagram: `
   10.0.0.1:40000 <-> 10.0.0.2:443    first      SYN seq=1000 ... TIME_WAIT
   10.0.0.1:40000 <-> 10.0.0.2:443    next       SYN seq=90000 ...`,
    text: [
      'One port of a server serves any number of connections, as long as the client’s address or port differs. A client has some 28,000 ephemeral ports (Linux: 32768 to 60999) for each server address and port.',
      'When a 4-tuple is used again, a SYN with a higher sequence number or timestamp may end the old TIME_WAIT and begin a new connection. tcplint counts it as a new `connection`; Wireshark’s `stream` numbers follow rules of their own and mostly agree. Inside tunnels, the same 4-tuple may exist several times at once.',
    ],
    rules: ['time-wait-reuse', 'old-duplicate', 'time-wait-pressure'],
    see: ['time-wait', 'initial-sequence-number'],
    references: ['RFC 9293 3.3.1', 'RFC 6191', 'RFC 6056'],
  },
  {
    id: 'tls',
    aliases: ['ssl', 'https', 'tls-handshake', 'certificate', 'close-notify'],
    summary: 'Encryption on top of an established connection: its handshake is payload, and no part of TCP’s.',
    diagram: `
   client                                server
     |-- SYN --------------------------->|  TCP: one round trip
     |<------------------------ SYN+ACK -|
     |-- ACK --------------------------->|
     |-- ClientHello ------------------->|  TLS: one more (1.3), or two
     |<- ServerHello, certificate, ... --|
     |-- Finished, request ------------->|`,
    text: [
      'Certificates and keys are exchanged after the three segments of TCP, as ordinary data that is acknowledged and sent again like any other. A slow or failing certificate is a slow or closing program, not a handshake problem of TCP.',
      'TLS says goodbye itself (close_notify, a small alert) before the FIN. When the other side has already closed, that goodbye is answered by RST: noise, and told as no more than a note.',
      'What is inside is not visible here, and needs not be: sequence numbers, times and flags are outside the encryption.',
    ],
    rules: ['data-after-close', 'reset-lost-data', 'slow-response'],
    see: ['three-way-handshake', 'rst', 'byte-stream'],
    references: ['RFC 8446 2', 'RFC 8446 6.1'],
  },
  {
    id: 'netstat',
    aliases: ['ss', 'count-states', 'sockets', 'connection-count'],
    summary:
      'netstat and ss show the states of all connections of one host, now; a capture can show them for any moment.',
    diagram: `
   $ ss -tan | awk 'NR > 1 {print $1}' | sort | uniq -c
       812 ESTAB          busy
       311 TIME-WAIT      we close first, often
        96 CLOSE-WAIT     our program forgets to close
         4 SYN-RECV       handshakes under way`,
    text: [
      'Count by state first. Much SYN-SENT: the peers do not answer. Much SYN-RECV: handshakes that are not completed. CLOSE-WAIT that grows: a leak in the local program. FIN-WAIT-2: peers that do not close. TIME-WAIT: many short connections closed from this side.',
      'In LISTEN rows Recv-Q is the accept queue and Send-Q its limit; in other rows they are bytes not read by the program, and bytes not acknowledged by the peer. `ss -tio` adds timers, round trips and retransmissions. The names differ a little: SYN-RECV is SYN_RECEIVED, FIN-WAIT-1 is FIN_WAIT_1.',
    ],
    rules: ['close-wait-leak', 'time-wait-pressure', 'syn-flood', 'fin-wait-2-lingering'],
    see: ['states', 'close-wait', 'time-wait', 'syn-queue'],
    references: ['RFC 9293 3.3.2'],
  },
];
