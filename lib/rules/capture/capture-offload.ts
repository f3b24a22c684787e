import { count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

const TOLD = {
  'super-segments': (one: boolean) =>
    `${one ? 'is' : 'are'} longer than the receiver’s MSS: recorded before a network card cut ${one ? 'it' : 'them'}, or after one had joined ${one ? 'it' : 'them'} (offload)`,
  'unfinished checksums': (one: boolean) =>
    `${one ? 'has an unfinished checksum' : 'have unfinished checksums'}: recorded before the network card filled ${one ? 'it' : 'them'} in (offload), or rewritten since`,
} as const;

export default defineRule({
  meta: {
    id: 'capture-offload',
    family: 'capture',
    scope: 'capture',
    summary:
      'The capture was taken on a host where its network card had yet to finish the packets, or had joined them.',
    why: 'Such packets were never on the wire in this form: sizes and checksums of this host say nothing about the network.',
    likelyCauses: ['Segmentation and checksum offload (TSO, GSO, GRO), which are on by default and right to be on.'],
    nextSteps: [
      'Nothing needs mending. To see real sizes, capture beside the host, or switch offload off for a test: `ethtool -K IFACE tso off gso off gro off`.',
    ],
    confirm: '`tcp.len` above the MSS of the handshake, or `tcp.checksum.status == "Bad"` on packets of one host only.',
    references: [],
    severity: 'note',
    options: {},
    needs: [],
    falsePositives: ['Jumbo frames are not super-segments: the handshake’s MSS tells.'],
    others: 'Wireshark hints at it per packet; Zeek drops the connections with "bad" checksums.',
  },

  capture({ offload = [] }) {
    return offload.map((from) => ({
      confidence: 'high',
      message: `${count(from.count, 'packet')} of host ${from.address} ${TOLD[from.what](from.count === 1)}.`,
      frames: from.frames,
      frameCount: from.count,
      start: from.start,
      end: from.end,
      impact: {},
      evidence: { what: from.what, packets: from.count },
      endpoints: [{ address: from.address, port: 0, role: 'host' }],
      connections: from.examples,
    }));
  },
});
