import { PAYLOAD_DIFFERS } from '../../facts/notes.ts';
import { at, count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide, seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'retransmission-differs',
    family: 'loss',
    scope: 'connection',
    summary: 'The same bytes of the stream were sent again with other content.',
    why: 'A correct sender never does this. What the receiver reads depends on which copy it took: data is damaged, or somebody injects.',
    likelyCauses: [
      'An injected packet races with the real one (an attack, or a provider that inserts content).',
      'A middlebox that rewrites payload and forgets what it had written.',
      'A broken stack or network card.',
    ],
    nextSteps: [
      'Compare TTL and IP ID of both copies: if they differ, two machines sent them. Look at both contents with `follow`.',
    ],
    confirm:
      'Preference "Reassemble out-of-order segments" on; `tcp.segment.overlap.conflict`, or compare the bytes of both packets.',
    references: ['RFC 9293 3.8.1', 'RFC 9293 3.10.7.4'],
    severity: 'error',
    offIn: ['recommended', 'strict', 'ci'],
    options: {},
    needs: [],
    wakes: PAYLOAD_DIFFERS,
    falsePositives: [
      'Not compared, so that the rule is silent: what a snap length cut off, probes, segments with a wrong checksum (the receiver drops them), and what came so late that its first copy was no longer kept.',
    ],
    others: 'Zeek: rexmit_inconsistency; Suricata: reassembly_overlap_different_data.',
  },

  connection(facts) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { differing } = own;
      if (differing === undefined) return [];
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} sent ${count(differing.bytes, 'byte')} of its stream to ${otherSide(side)} ${at(peer)} again with other content, in ${count(differing.count, 'segment')}.`,
        together: `On {connections} of {clients} with server ${at(facts.server)} the ${side} sent the same bytes again with other content.`,
        side,
        ...seenAt(differing),
        impact: { bytes: differing.bytes },
        evidence: { segments: differing.count, bytes: differing.bytes },
      } as const;
    });
  },
});
