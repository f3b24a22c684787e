import { OPTIONS_UNEVEN } from '../../facts/notes.ts';
import { at, count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

const DEFAULT_MSS = { v4: 536, v6: 1220 } as const;

export default defineRule({
  meta: {
    id: 'mss-small',
    family: 'handshake',
    scope: 'connection',
    summary: 'An endpoint asked for very small segments, or gave no maximum segment size at all.',
    why: 'Small segments mean more packets, more headers and more work for the same data; without the option the peer must assume 536 bytes (IPv4) or 1,220 bytes (IPv6).',
    likelyCauses: [
      'A tunnel or VPN on the path, with the MSS clamped for it.',
      'A tool that makes its own packets, or a SYN-cookie answer.',
      'A wrong MTU on an interface.',
    ],
    nextSteps: ['Compare with `ip link` (MTU) at that endpoint, and with the MSS it sends on another path.'],
    confirm: 'Filter `tcp.flags.syn == 1 and (tcp.options.mss_val < 1200 or not tcp.options.mss_val)`.',
    references: ['RFC 9293 3.7.1', 'RFC 6691 2'],
    severity: 'note',
    options: { bytes: { default: 1200, unit: 'bytes', most: 1200, description: 'An MSS below this is small.' } },
    needs: [],
    wakes: OPTIONS_UNEVEN,
    falsePositives: ['Networks with a small MTU by nature (6LoWPAN, some VPNs, IPv6 minimum minus tunnels).'],
    others: 'Wireshark notes a missing MSS on a SYN; nobody says what the peer must then assume (RFC 9293 MUST-15).',
  },

  connection(facts, options) {
    const { handshake } = facts;
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const sighting = side === 'client' ? handshake.syns[0] : handshake.synAcks[0];
      // Options that the capture cut off are not missing.
      if (
        !own.synSeen ||
        own.sackPermitted === null ||
        sighting === undefined ||
        (own.mss !== null && own.mss >= options.bytes)
      )
        return [];
      const assumed = own.address.includes(':') ? DEFAULT_MSS.v6 : DEFAULT_MSS.v4;
      const what =
        own.mss === null
          ? `gave no MSS: its peer must assume ${assumed} bytes`
          : `asked for segments of at most ${count(own.mss, 'byte')}`;
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} ${what} (to ${otherSide(side)} ${at(peer)}).`,
        together: `In {connections} of {clients} with server ${at(facts.server)} the ${side} ${own.mss === null ? 'gave no MSS' : `asked for small segments, ${own.mss} bytes in the worst`}.`,
        side,
        frames: [sighting.frame],
        start: sighting.time,
        end: sighting.time,
        impact: {},
        evidence: { mss: own.mss, assumed: own.mss ?? assumed },
      } as const;
    });
  },
});
