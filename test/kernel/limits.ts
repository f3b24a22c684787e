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
      'fin_in_vain.client.pcap: client times',
      'fin_in_vain.middle.pcap: client times',
      'fin_wait_2_timeout.client.pcap: client times',
      'fin_wait_2_timeout.server.pcap: client times',
      'synack_never_arrives.pcap: client states',
    ],
  },
  {
    because: 'the host forgot the connection without a word; only the RST that answers the next segment shows it',
    at: [
      'fin_to_nobody.client.pcap: client times',
      'fin_to_nobody.server.pcap: client times',
      'last_ack_to_nobody.client.pcap: client times',
      'last_ack_to_nobody.middle.pcap: client times',
      'last_ack_to_nobody.server.pcap: client times',
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
      'fast_open_syn_lost.server.pcap: client times',
      'handshake_slow.client.pcap: server times',
      'handshake_slow.middle.pcap: server times',
      'reset_lost.server.pcap: client times',
      'syn_lost_before_tap.middle.pcap: client times',
      'syn_lost_twice.server.pcap: client times',
    ],
  },
  {
    because: 'the final ACK was lost behind the tap, and what came next healed it, or ended all: nothing tells',
    at: [
      'final_ack_lost_data_heals.client.pcap: server times',
      'final_ack_lost_data_heals.middle.pcap: server times',
      'final_ack_lost_fin_heals.client.pcap: server times',
      'final_ack_lost_fin_heals.middle.pcap: server times',
      'final_ack_lost_then_reset.client.pcap: server states',
    ],
  },
  {
    because: 'every copy of the FIN was lost before the tap, and a RST that answers says nothing of it',
    at: ['fin_in_vain.server.pcap: client states'],
  },
  {
    because: 'the RST that refused the SYN was lost behind the tap: some stacks ask again though it came',
    at: ['refusal_lost.middle.pcap: client times'],
  },
  {
    because: 'the SYN-ACK was lost before the tap, and no timestamps tell which SYN it had answered',
    at: ['synack_lost_no_timestamps.client.pcap: server times'],
  },
  {
    because: 'the SYN was lost before the tap: what is left of the simultaneous open looks like an ordinary one',
    at: ['open_at_once_syn_lost.server.pcap: client states'],
  },
  {
    because: 'a D-SACK for a FIN says that two copies arrived, not that the late one was the first',
    at: ['fin_late.server.pcap: client times'],
  },
  {
    because: 'the FIN of one end passed before the capture began, and what followed looks the same without it',
    at: ['midstream_closing.pcap: client states', 'midstream_closing.pcap: server states'],
  },
  {
    because: 'a FIN is repeated: it was lost, or the ACK of it was, and without timestamps nothing tells which',
    at: ['close_at_once_ack_lost_bare.server.pcap: client states'],
  },
  {
    because: 'the ACK of the last FIN belongs to the direction that was not captured',
    at: ['one_sided.server_only.pcap: server states', 'one_sided_loss.server_only.pcap: server states'],
  },
];

/** What the packets do show and the analyzer does not see yet. Each is work to do; who does it takes the line out. */
export const OPEN: readonly Limit[] = [
  {
    because: 'data that ends where a RST had stood was overtaken by it: the RST was genuine',
    at: ['reset_overtakes_data.server.pcap: client times', 'reset_overtakes_data.server.pcap: reordering missed'],
  },
];
