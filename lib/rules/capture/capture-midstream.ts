import { count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'capture-midstream',
    family: 'capture',
    scope: 'capture',
    summary: 'Connections were already open when the capture began.',
    why: 'Without the handshake, window scale and options are unknown and the roles are guessed: some rules are skipped for these connections.',
    likelyCauses: ['The capture was started while the traffic was running, or is one of a series of files.'],
    nextSteps: [
      'To judge these connections fully, start the capture first and the program (or the connection) after it.',
    ],
    confirm: 'Filter `not (tcp.completeness & 1)`.',
    references: [],
    severity: 'note',
    options: {},
    needs: [],
    falsePositives: [],
    others: 'Suricata has a pickup setting, tstat discards such connections, Zeek calls them OTH.',
  },

  capture({ midstream, connections, start, end }) {
    if (midstream.connections === 0 || start === null || end === null) return null;
    return {
      confidence: 'high',
      message: `${count(midstream.connections, 'connection')} of ${connections} began before the capture: no handshake was seen.`,
      frames: [midstream.firstFrame],
      start,
      end,
      impact: { connections: midstream.connections },
      evidence: { midstream: midstream.connections, connections },
      connections: midstream.examples,
    };
  },
});
