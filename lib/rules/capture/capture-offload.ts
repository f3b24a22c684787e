import { defineRule } from '../rule.ts';
import { count } from '../wording.ts';

export default defineRule({
  meta: {
    id: 'capture-offload',
    family: 'capture',
    scope: 'capture',
    summary: 'The capture was taken on a host before its network card finished the packets.',
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
      message: `${count(from.count, 'packet')} of host ${from.address} were recorded before its network card finished them: ${from.what}.`,
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
