import { REUSED } from '../../facts/notes.ts';
import { at, count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { capital, otherSide, seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'old-duplicate',
    family: 'teardown',
    scope: 'connection',
    summary: 'A segment of an earlier connection with these ports turned up in the next one.',
    why: 'If its sequence numbers happen to fit, old bytes enter the new connection; if not, it costs challenge ACKs and sometimes a reset.',
    likelyCauses: [
      'The port was reused before the network had forgotten the old connection (TIME_WAIT cut short or skipped).',
      'A long queue or a routing loop held the segment back.',
    ],
    nextSteps: ['Look at the gap between the connections: less than a minute means that somebody skipped TIME_WAIT.'],
    confirm: 'A packet’s absolute sequence number fits the stream before, not this one.',
    references: ['RFC 9293 3.4.3', 'RFC 9293 3.6.1', 'RFC 7323 5'],
    severity: 'warning',
    options: {},
    needs: [],
    wakes: REUSED,
    falsePositives: [],
    others: 'Wireshark’s reused-port handling leaves such a segment unmarked.',
  },

  connection({ oldDuplicates: old, client, server }) {
    if (old === undefined) return null;
    const [own, peer] = old.from === 'client' ? [client, server] : [server, client];
    return {
      confidence: 'medium',
      message: `${count(old.count, 'segment')} of an earlier connection from ${old.from} ${at(own)} turned up in this one with ${otherSide(old.from)} ${at(peer)}.`,
      together: `${capital(old.from)} segments of earlier connections turned up in {connections} of {clients} with server ${at(server)}.`,
      side: old.from,
      ...seenAt(old),
      impact: {},
      evidence: { segments: old.count },
    };
  },
});
