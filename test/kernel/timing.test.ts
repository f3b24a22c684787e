import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';
import { analysed } from '../fixtures.ts';
import { type Capture, RECORDINGS, type Truth, truths } from './truth.ts';

/** Beyond the path's own delays: the queue before the path, and what scheduling on the recording machine may cost. Seconds. */
const HANDSHAKE_SLACK = 0.006;
/** Acknowledgments may be delayed by their sender: 40 ms on Linux. */
const ACK_SLACK = 0.05;
/** Clocks of captures are no better. */
const CLOCK = 0.0005;

/** Times that the path's delays do not explain, and what does. */
const EXPLAINED: { readonly [file: string]: string } = {
  'downloads_queue.client.pcap': 'the first round trips wait in the queue already',
  'downloads_queue.server.pcap': 'as above',
  'fast_open_ignored.client.pcap': 'the data of the SYN is sent again behind the final ACK, which waits for it',
  'fast_open_ignored.middle.pcap': 'as above',
  'fast_open_ignored.server.pcap': 'as above',
  'final_ack_lost_data_heals.server.pcap': 'the final ACK never came: the data answers the SYN-ACK',
  'final_ack_lost_fin_heals.server.pcap': 'the final ACK never came: the FIN answers the SYN-ACK',
  'third_segment_lost.server.pcap': 'the final ACK never came: the repeated data answers the SYN-ACK',
  'handshake_slow.client.pcap': 'a rule holds the SYN-ACK up for 0.7 s',
  'handshake_slow.middle.pcap': 'as above',
  'third_segment_with_data.client.pcap': 'the client withholds the final ACK until it has something to say',
  'third_segment_with_data.middle.pcap': 'as above',
  'third_segment_with_data.server.pcap': 'as above',
  'open_at_once.server.pcap': 'the first SYN seen is the other end’s: client and server are turned',
  'open_at_once_syn_lost.server.pcap': 'as above',
  'simultaneous_open_synack_lost_v6.server.pcap': 'as above',
};

/** The delays of every recording are set by its path, so the truth about its round trips is known at every tap. */
describe('round trips are the path’s', () => {
  const met = new Set<string>();
  for (const truth of truths()) {
    for (const capture of truth.captures) {
      it(capture.file, () => {
        const wrong = connectionsOf(capture).flatMap((facts) => deviations(facts, halves(truth, capture)));
        if (wrong.length > 0) met.add(capture.file);
        if (!(capture.file in EXPLAINED)) expect(wrong).toEqual([]);
      });
    }
  }

  it('and nothing is explained that needs no explanation', () => {
    expect(Object.keys(EXPLAINED).filter((file) => !met.has(file))).toEqual([]);
  });
});

/** What held a transfer back that was written at once, by what the path or the reader did; more than so much of its time. */
const LIMITED: readonly (readonly [string, 'network' | 'receiveWindow', number])[] = [
  ['loss2.server.pcap', 'network', 0.9],
  ['loss3_upload.client.pcap', 'network', 0.9],
  ['loss_both_ways.server.pcap', 'network', 0.9],
  ['loss_offload.server.pcap', 'network', 0.9],
  ['bloated_queue.server.pcap', 'network', 0.9],
  ['ack_loss.server.pcap', 'network', 0.9],
  ['timeout_burst.server.pcap', 'network', 0.9],
  ['window_limited.server.pcap', 'receiveWindow', 0.9],
];

describe('limitedBy is what held the transfer back', () => {
  const captures = new Map(truths().flatMap((truth) => truth.captures.map((capture) => [capture.file, capture])));
  it.each(LIMITED)('%s: %s', (file, by, least) => {
    const [facts] = connectionsOf(captures.get(file)!);
    const sender = facts!.client.bytes > facts!.server.bytes ? facts!.client : facts!.server;
    expect(sender.limitedBy?.[by]).toBeGreaterThan(least);
  });
});

function connectionsOf(capture: Capture): readonly ConnectionFacts[] {
  return analysed(readFileSync(new URL(capture.file, RECORDINGS))).connections;
}

/** Seconds from the tap to either end and back. */
function halves({ one_way_delay_s }: Truth, { point }: Capture): { client: number; server: number } {
  const { client_to_tap: near, tap_to_server: far } = one_way_delay_s;
  if (point === 'client') return { client: 0, server: 2 * (near + far) };
  if (point === 'server') return { client: 2 * (near + far), server: 0 };
  return { client: 2 * near, server: 2 * far };
}

function deviations(
  { handshakeSeen, handshake, client, server }: ConnectionFacts,
  to: ReturnType<typeof halves>,
): string[] {
  if (!handshakeSeen) return [];
  const out: string[] = [];
  const check = (what: string, got: number | null | undefined, want: number, slack: number) => {
    if (got == null || (got >= want - CLOCK && got <= want + slack)) return;
    out.push(`${what}: ${(got * 1e3).toFixed(2)} ms instead of ${(want * 1e3).toFixed(1)}`);
  };
  if (handshake.synCount === 1 && handshake.synAckCount === 1) {
    check('tap to client and back', handshake.clientRtt, to.client, HANDSHAKE_SLACK);
    check('tap to server and back', handshake.serverRtt, to.server, HANDSHAKE_SLACK);
    check('handshake', handshake.rtt, to.client + to.server, HANDSHAKE_SLACK);
  }
  // A segment that was sent twice must not be timed by the wrong copy (Karn): no sample is shorter than the path.
  check('least round trip of the client’s data', client.rtt?.min, to.server, ACK_SLACK);
  check('least round trip of the server’s data', server.rtt?.min, to.client, ACK_SLACK);
  return out;
}
