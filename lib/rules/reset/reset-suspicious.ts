import type { ResetFacts } from '../../facts/connection.ts';
import { RESET } from '../../facts/notes.ts';
import { at, count, list } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'reset-suspicious',
    family: 'reset',
    scope: 'connection',
    summary: 'A reset does not look like its alleged sender: somebody else may have sent it.',
    why: 'Forged resets cut connections that both ends want to keep: censorship, an intrusion prevention system, a broken middlebox.',
    likelyCauses: [
      'A firewall, proxy or intrusion prevention system that ends connections by forged resets.',
      'An attacker on the path, or one who guesses sequence numbers.',
    ],
    nextSteps: [
      'Capture at the alleged sender: if the RST is not there, it was made on the way; its TTL tells how many hops away.',
      'Look which requests come just before: a filter acts on content.',
    ],
    confirm: 'Compare `ip.ttl` and `ip.id` of the RST with the sender’s other packets.',
    references: ['RFC 5961 3', 'RFC 9293 3.10.7.4', 'RFC 3360 2'],
    severity: 'warning',
    options: { ttl: { default: 2, unit: 'count', description: 'A TTL that differs by more than this does not fit.' } },
    needs: ['bothSides'],
    wakes: RESET,
    falsePositives: ['Load balancers and SYN proxies that answer with their own TTL in the name of the server.'],
    others: 'Suricata looks only whether the sender talks on; nobody weighs TTL, IP ID and sequence number together.',
  },

  connection(facts, options) {
    // A scanner makes its SYN by hand, and its kernel sends the RST: two TTLs from one host.
    if (facts.handshakeSeen && facts.handshake.ack === null) return null;
    for (const reset of facts.resets) {
      const signs = signsOf(reset, options.ttl);
      if (signs.length === 0 || reset.fromState === 'CLOSED' || reset.fromState === 'SYN_SENT') continue;
      const peerSide = otherSide(reset.from);
      const sure = reset.talkedOn > 0 || signs.length > 1;
      return {
        confidence: sure ? 'high' : 'medium',
        message: `A reset in the name of ${reset.from} ${at(facts[reset.from])}, to ${peerSide} ${at(facts[peerSide])}, does not look like its own: ${list(signs)}.`,
        together: `Resets in the name of the ${reset.from} that do not look like its own hit {connections} of {clients} with server ${at(facts.server)}.`,
        side: reset.from,
        frames: [reset.frame],
        start: reset.time,
        end: reset.time,
        impact: {},
        evidence: {
          ttl: reset.ttl,
          usualTtl: reset.usualTtl,
          sequence: reset.fit,
          talkedOn: reset.talkedOn,
          ipIdFits: reset.ipIdFits ?? null,
        },
        // These say that the sender did it.
        ...(sure ? { replaces: ['reset-mid-connection', 'abortive-close'] } : {}),
      };
    }
    return null;
  },
});

/** Once the program has closed, the RST no longer comes from its socket, and stacks count those apart. */
function hasSocket({ fromState }: ResetFacts): boolean {
  return fromState === 'ESTABLISHED' || fromState === 'CLOSE_WAIT';
}

/** A stale sequence number alone says nothing: stacks answer old segments so. */
function signsOf(reset: ResetFacts, ttl: number): string[] {
  const { usualTtl } = reset;
  const signs = [
    ...(usualTtl !== null && Math.abs(reset.ttl - usualTtl) > ttl
      ? [`its TTL is ${reset.ttl}, usually ${usualTtl}`]
      : []),
    ...(reset.talkedOn > 0 ? [`the sender went on with ${count(reset.talkedOn, 'segment')}`] : []),
    ...(reset.ipIdFits === false && reset.ipId !== 0 && hasSocket(reset)
      ? ['its IP ID does not continue the sender’s counting']
      : []),
  ];
  const outside = reset.fit === 'outside' && !reset.accepted;
  return signs.length > 0 && outside ? [...signs, 'its sequence number is outside the window'] : signs;
}
