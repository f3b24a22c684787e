import type { HostOccurrences } from '../../facts/capture.ts';
import { secondsBetween } from '../../facts/moment.ts';
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
    const whats = [...new Set(offload.map(({ what }) => what))];
    return whats.flatMap((what) => {
      const hosts = offload.filter((from) => from.what === what);
      return hosts.length > MANY_HOSTS ? [together(what, hosts)] : hosts.map((from) => together(what, [from]));
    });
  },
});

/** A tap that sees more hosts unfinished stands behind none of their cards: that is one story. */
const MANY_HOSTS = 3;
const EXAMPLES = 20;

type Host = HostOccurrences & { readonly what: keyof typeof TOLD };

function together(what: keyof typeof TOLD, hosts: readonly Host[]) {
  const packets = hosts.reduce((sum, host) => sum + host.count, 0);
  const times = [...hosts].sort((a, b) => secondsBetween(b.start, a.start));
  const ends = [...hosts].sort((a, b) => secondsBetween(b.end, a.end));
  const whose = hosts.length === 1 ? `host ${hosts[0]!.address}` : count(hosts.length, 'host');
  return {
    confidence: 'high',
    message: `${count(packets, 'packet')} of ${whose} ${TOLD[what](packets === 1)}.`,
    frames: hosts.flatMap(({ frames }) => frames).sort((a, b) => a - b),
    frameCount: packets,
    start: times[0]!.start,
    end: ends.at(-1)!.end,
    impact: {},
    evidence: { what, packets, ...(hosts.length === 1 ? {} : { hosts: hosts.length }) },
    endpoints: hosts.slice(0, EXAMPLES).map(({ address }) => ({ address, port: 0, role: 'host' }) as const),
    connections: hosts.flatMap(({ examples }) => examples).slice(0, EXAMPLES),
  } as const;
}
