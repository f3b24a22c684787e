import type { RetransmissionRun } from '../../facts/connection.ts';
import { SPURIOUS } from '../../facts/notes.ts';
import { at, count, percent } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'spurious-retransmission',
    family: 'loss',
    scope: 'connection',
    summary: 'Segments were sent again although they had arrived.',
    why: 'The sender slowed down for a loss that never was, and the link carried the data twice.',
    likelyCauses: [
      'The path reorders: later segments overtake, and look like a loss.',
      'A sudden delay beyond the sender’s timer: a radio link, a queue that fills, a paused virtual machine.',
      'The acknowledgments were lost or delayed on the way back.',
    ],
    nextSteps: ['See `reordering` and `rtt-inflated` for this connection: one of them usually explains it.'],
    confirm: '`tcp.options.sack.dsack` in the peer’s ACK, or `tcp.analysis.spurious_retransmission`.',
    references: ['RFC 2883 4', 'RFC 5682 2', 'RFC 3522 3'],
    severity: 'note',
    options: {
      segments: { default: 10, unit: 'count', description: 'Needless retransmissions that make it a warning,' },
      share: { default: 0.01, unit: 'ratio', description: 'if they are also this share of the data segments.' },
    },
    needs: ['bothSides'],
    wakes: SPURIOUS,
    falsePositives: ['Captures whose two directions were merged from two taps with different delay.'],
    others: 'Wireshark goes by the last ACK alone; D-SACK and timestamps, which prove it, are not used.',
  },

  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      // A SYN or FIN sent again is the business of the handshake and teardown rules.
      const runs = own.retransmissionRuns.filter((run) => run.spurious > 0 && ofData(run));
      const spurious = runs.reduce((sum, run) => sum + run.spurious, 0);
      if (spurious === 0) return [];
      const share = spurious / Math.max(1, own.dataSegments);
      const many = spurious >= options.segments && share >= options.share;
      return {
        severity: many ? 'warning' : 'note',
        confidence: 'high',
        message: `${capital(side)} ${at(own)} sent ${count(spurious, 'segment')} to ${otherSide(side)} ${at(peer)} again that had already arrived (${percent(share)} of its data segments).`,
        together: `On {connections} of {clients} with server ${at(facts.server)} the ${side} repeated segments that had already arrived.`,
        side,
        frames: runs.flatMap(({ frames }) => frames),
        frameCount: spurious,
        start: runs[0]?.start ?? facts.start,
        end: runs.at(-1)?.end ?? facts.end,
        impact: {},
        evidence: { spurious, dataSegments: own.dataSegments, retransmissions: own.retransmissions },
      } as const;
    });
  },
});

function ofData({ by }: RetransmissionRun): boolean {
  return (by.syn ?? 0) + (by.synack ?? 0) + (by.fin ?? 0) === 0;
}
