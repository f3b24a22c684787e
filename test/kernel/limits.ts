/** Known disagreements with the kernel that have one reason: `FILE: what`, or `FILE: what x N` for N frames. */
export interface Limit {
  readonly because: string;
  readonly at: readonly string[];
}

/** What packets cannot show: no analyzer of these captures could do better. */
export const LIMITS: readonly Limit[] = [
  {
    because: 'a timer ended the state: no segment left, and none was due before the capture ended',
    at: [
      'final_ack_never.client.pcap: server states',
      'fin_wait_2_timeout.client.pcap: client times',
      'fin_wait_2_timeout.server.pcap: client times',
    ],
  },
  {
    because: 'the host forgot the connection without a word; only the RST that answers the next segment shows it',
    at: [
      'rebooted_client.client.pcap: client times',
      'rebooted_client.middle.pcap: client times',
      'rebooted_client.server.pcap: client times x 2',
      'rebooted_server.client.pcap: server times',
      'rebooted_server.server.pcap: server times',
      'reset_after_idle.pcap: server times',
    ],
  },
  {
    because:
      'the segment that began the state was lost or held up before the tap: its repetition is the first sight of it',
    at: [
      'handshake_slow.client.pcap: server times',
      'handshake_slow.middle.pcap: server times',
      'reset_lost.server.pcap: client times',
      'syn_lost_before_tap.middle.pcap: client times',
      'syn_lost_twice.server.pcap: client times',
      'synack_late.client.pcap: server times',
      'synack_lost_before_tap.client.pcap: server times',
      'synack_lost_before_tap.middle.pcap: server times',
      'synack_lost_behind_tap_v6.client.pcap: server times',
    ],
  },
  {
    because: 'the final ACK was lost behind the tap and data healed it before the SYN-ACK came again: nothing tells',
    at: ['final_ack_lost_data_heals.client.pcap: server times', 'final_ack_lost_data_heals.middle.pcap: server times'],
  },
  {
    because: 'a server that resets what its accept queue cannot take looks like one that accepts and resets',
    at: ['accept_queue_abort.client.pcap: server states x 3', 'accept_queue_abort.server.pcap: server states x 3'],
  },
  {
    because: 'the FIN of one end passed before the capture began, and what followed looks the same without it',
    at: ['midstream_closing.pcap: client states', 'midstream_closing.pcap: server states'],
  },
  {
    because: 'a FIN is repeated: it was lost, or the ACK of it was, and nothing tells which',
    at: ['simultaneous_close_ack_lost_v6.server.pcap: client states'],
  },
  {
    because: 'the ACK of the last FIN belongs to the direction that was not captured',
    at: ['one_sided.server_only.pcap: server states', 'one_sided_loss.server_only.pcap: server states'],
  },
];

/** What the packets do show and the analyzer does not see yet. Each is work to do; who does it takes the line out. */
export const OPEN: readonly Limit[] = [
  {
    because: 'a D-SACK for the FIN shows that its first copy had arrived: CLOSE_WAIT began then',
    at: ['chat_loss_no_timestamps.client.pcap: server times', 'chat_loss_no_timestamps.middle.pcap: server times'],
  },
  {
    because: 'the ACK that answers the last repeated SYN-ACK completes the handshake, not the data that comes later',
    at: [
      'accept_queue_drained.client.pcap: server times x 3',
      'accept_queue_drained.middle.pcap: server times x 3',
      'accept_queue_drained.server.pcap: server times x 3',
    ],
  },
  {
    because: 'a FIN that is repeated after the peer had answered with its own FIN had not arrived the first time',
    at: ['simultaneous_close_fin_lost.server.pcap: client states'],
  },
];
