import { forgottenText } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'capture-memory',
    family: 'capture',
    scope: 'capture',
    summary: 'The analysis forgot connections to stay within its memory (`--max-memory`).',
    why: 'A connection that was forgotten is told as if the capture had ended there; what came later counts as another one, begun in the middle. Address and port pairs that were forgotten count as new, so that stream numbers are no longer those of Wireshark. Beyond 65,536 services, connections of others count for none.',
    likelyCauses: [
      'More connections at a time than fit, or a flood of SYNs with forged addresses.',
      '`--max-memory` (3G if it is not given) is small for this capture.',
    ],
    nextSteps: [
      'Allow more memory, or analyse less at a time: part of the time or of the hosts (`editcap -A -B`, `tcpdump -r`).',
    ],
    confirm: 'Compare with a run without `--max-memory`, on a machine that has enough.',
    references: [],
    severity: 'warning',
    options: {},
    needs: [],
    falsePositives: [],
    others: 'Others take what memory there is, and end when there is no more.',
  },

  capture({ forgotten, connections, start, end }) {
    if (forgotten === undefined || start === null || end === null) return null;
    return {
      confidence: 'high',
      message: `${forgottenText(forgotten)}.`,
      frames: [forgotten.firstFrame],
      frameCount: 0,
      start,
      end,
      impact: { connections: forgotten.connections },
      evidence: { ...forgotten, of: connections },
      filter: `frame.number >= ${forgotten.firstFrame}`,
      // Connections that go on after they were forgotten seem to begin in the middle.
      replaces: ['capture-midstream'],
      replacesOn: 'capture',
    };
  },
});
