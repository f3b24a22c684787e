import type { EndpointFacts, Sighting } from '../../facts/connection.ts';
import type { Moment } from '../../facts/moment.ts';
import { RESENT_BY_TIMER } from '../../facts/notes.ts';
import { at, count, duration } from '../../facts/wording.ts';
import { unheardChain } from '../retransmissions.ts';
import { defineRule } from '../rule.ts';
import { bothSides, otherSide, watchedLongEnough } from '../watching.ts';

/**
 * After the large segments began to vanish, the peer's FIN or data was acknowledged and not sent again: `own`'s
 * acknowledgments, small segments, arrive.
 */
function acknowledgmentsPass(own: EndpointFacts, peer: EndpointFacts, since: Sighting, captureEnd: Moment): boolean {
  const last = peer.fin?.first ?? peer.lastNewData;
  if (last === null || last.frame < since.frame || !watchedLongEnough(last.time, captureEnd)) return false;
  const acknowledged = own.unacknowledged === 0 && (peer.fin === null || peer.fin.acknowledged !== null);
  const repeated =
    (peer.fin?.count ?? 1) > 1 || peer.retransmissionRuns.some(({ lastFrame }) => lastFrame > since.frame);
  return acknowledged && !repeated;
}

/** What got through in all is less than one of the large segments, so it went in smaller ones. */
function smallerThan(segment: number, acknowledged: number): number {
  return acknowledged < segment ? acknowledged : 0;
}

const ICMP_TOO_BIG = [
  { type: 3, code: 4 },
  { type: 2, code: 0 },
] as const;

export default defineRule({
  meta: {
    id: 'path-mtu-blackhole',
    family: 'loss',
    scope: 'connection',
    summary: 'Only large segments vanish: the path has a smaller MTU than the sender believes.',
    why: 'Logins and small requests work, the first large answer hangs for ever: the hardest kind of fault to see from the programs.',
    likelyCauses: [
      'A tunnel or VPN on the path makes packets larger, and a firewall drops the ICMP that would tell the sender.',
      'An interface or switch with a smaller MTU than its neighbours.',
    ],
    nextSteps: [
      'Find the size that passes: `ping -M do -s 1472 HOST`, and smaller.',
      'Let ICMP "fragmentation needed" (type 3 code 4; ICMPv6 type 2) through, clamp the MSS on the tunnel, or set `net.ipv4.tcp_mtu_probing=1`.',
    ],
    confirm:
      'Filter `tcp.stream eq N and tcp.len > 1000`: the same `tcp.seq` again and again; `icmp.type == 3 and icmp.code == 4` shows a router that told.',
    references: ['RFC 2923 2.1', 'RFC 1191 3', 'RFC 8201 4', 'RFC 4821 7'],
    severity: 'error',
    options: {
      repeats: { default: 3, unit: 'count', least: 2, description: 'Repeats of one large segment that vanished.' },
      bytes: { default: 576, unit: 'bytes', description: 'Segments up to this size are small.' },
    },
    needs: ['handshake', 'bothSides'],
    wakes: RESENT_BY_TIMER,
    falsePositives: [
      'A path that died just when the first large segment was sent: confidence is medium where nothing small passed afterwards.',
    ],
    others: 'No other tool tells it from any other loss.',
  },

  connection(facts, options, capture) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const chain = unheardChain(own, options, capture.end);
      if (chain === null) return [];
      const { first, last, seconds } = chain;
      const passed = own.largestAcked ?? smallerThan(chain.bytes, own.uniqueBytes - peer.unacknowledged);
      const told = facts.icmpErrors.find(
        ({ about, type, code }) =>
          about === side && ICMP_TOO_BIG.some((each) => each.type === type && each.code === code),
      );
      const bare = passed === 0 && acknowledgmentsPass(own, peer, first, capture.end);
      // Without a smaller segment that passed, or a router's word, it is a black hole like any other.
      if (told === undefined && !bare && (passed === 0 || passed >= chain.bytes)) return [];
      const word =
        told === undefined
          ? 'no ICMP "fragmentation needed" was seen'
          : `${told.address} reported "fragmentation needed"${told.mtu > 0 ? ` (MTU ${told.mtu})` : ''} in frame ${told.frame}`;
      const small =
        passed > 0
          ? ` while segments up to ${count(passed, 'byte')} passed`
          : bare
            ? ' while its acknowledgments passed'
            : '';
      return {
        confidence: told !== undefined ? 'high' : 'medium',
        message: `Segments of ${count(chain.bytes, 'byte')} from ${side} ${at(own)} to ${otherSide(side)} ${at(peer)} vanish${small}, ${chain.repeats + 1} times over ${duration(seconds)}; ${word}.`,
        together: `Large segments of the ${side} vanish on {connections} of {clients} with server ${at(facts.server)}; ${word}.`,
        side,
        frames: [...chain.sent.map(({ frame }) => frame), ...(told === undefined ? [] : [told.frame])],
        start: first.time,
        end: last.time,
        lowerBound: true,
        impact: { seconds },
        evidence: {
          vanishedBytes: chain.bytes,
          passedBytes: passed || null,
          icmp: told?.address ?? null,
          mtu: told?.mtu ?? null,
        },
        // A FIN may be waiting behind what vanishes.
        replaces: ['blackhole', 'timeout-backoff', 'close-wait-lingering'],
      } as const;
    });
  },
});
