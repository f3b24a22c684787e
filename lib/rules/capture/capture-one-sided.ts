import { count, percent } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'capture-one-sided',
    family: 'capture',
    scope: 'capture',
    summary: 'Of some connections only one direction is in the capture.',
    why: 'Without the answers nothing can be said about loss, windows or who kept whom waiting: rules that need both sides are skipped there.',
    likelyCauses: [
      'A mirror port that copies only received or only sent frames.',
      'Traffic takes different paths out and back (two links, two firewalls).',
      'A capture filter that names only a source or only a destination.',
    ],
    nextSteps: ['Mirror both directions, or capture on one of the hosts; filter by `host`, not by `src` or `dst`.'],
    confirm: 'Statistics, Conversations: packets B to A is 0.',
    references: [],
    severity: 'warning',
    options: {},
    needs: [],
    falsePositives: ['A capture that is stopped just when a connection begins.'],
    others:
      'Suricata must be told (`async-oneside`); tcptrace calls the connection unidirectional; tstat throws it away.',
  },

  capture({ oneSided, connections, start, end }) {
    if (oneSided.connections === 0 || start === null || end === null) return null;
    return {
      confidence: 'high',
      message: `Only one direction was captured of ${count(oneSided.connections, 'connection')} (${percent(oneSided.connections / connections)} of all): the other side is missing from this capture.`,
      frames: [oneSided.firstFrame],
      start,
      end,
      impact: { connections: oneSided.connections },
      evidence: { oneSided: oneSided.connections, connections },
      connections: oneSided.examples,
    };
  },
});
