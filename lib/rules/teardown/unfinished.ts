import { OPEN } from '../../facts/notes.ts';
import { at, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'unfinished',
    family: 'teardown',
    scope: 'connection',
    summary: 'The capture ends while the connection is open: neither FIN nor RST was seen.',
    why: 'Nothing is wrong with that; it tells which connections were still in use, or silently gone.',
    likelyCauses: ['A long-lived connection.', 'A peer that vanished without a word.'],
    nextSteps: ['See whether anything was sent in the last minutes: `flows` shows the time of the last segment.'],
    confirm: 'Filter `not (tcp.completeness & 48)`: neither FIN nor RST.',
    references: ['RFC 9293 3.6'],
    severity: 'note',
    offIn: ['recommended', 'strict', 'ci', 'security'],
    options: {},
    needs: [],
    wakes: OPEN,
    falsePositives: [],
    others: 'Zeek: S1; Wireshark: completeness without FIN and RST.',
  },

  connection({ closeKind, handshake, client, server, start, end, firstFrame, lastFrame, watchedAfter }) {
    if (closeKind !== 'open' || (handshake.synCount > 0 && handshake.ack === null)) return null;
    return {
      confidence: 'high',
      message: `The connection of client ${at(client)} with server ${at(server)} was open when the capture ended${watchedAfter > 0 ? `, ${duration(watchedAfter)} after its last segment` : ''}.`,
      together: `{connections} of {clients} with server ${at(server)} were open when the capture ended.`,
      frames: [firstFrame, lastFrame],
      start,
      end,
      lowerBound: true,
      impact: {},
      evidence: { silentSeconds: Number(watchedAfter.toFixed(6)) },
    };
  },
});
