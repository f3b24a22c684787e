import { REUSED } from '../../facts/notes.ts';
import { at, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'time-wait-reuse',
    family: 'teardown',
    scope: 'connection',
    summary: 'A new connection used the addresses and ports of one that was still in TIME_WAIT.',
    why: 'Accepted, it saves a port. Refused, the client meets a challenge ACK, resets and tries again: the connect takes a second or more, or fails.',
    likelyCauses: [
      'The client runs short of ports and reuses one within a minute.',
      'A NAT or load balancer in front of the server gives out ports too early.',
    ],
    nextSteps: [
      'Keep timestamps on at both ends: with them a reused port is accepted safely (RFC 6191).',
      'See `time-wait-pressure` for who opens so many connections.',
    ],
    confirm: '`tcp.analysis.reused_ports` on the SYN; the FINs of the stream before it lie less than a minute back.',
    references: ['RFC 6191 2', 'RFC 9293 3.6.1', 'RFC 5961 4.2'],
    severity: 'note',
    options: {},
    needs: [],
    wakes: REUSED,
    falsePositives: [],
    others: 'Zeek: premature_connection_reuse below 5 s; Wireshark: reused ports, without saying whether it worked.',
  },

  connection({ reuse, client, server, start, end, firstFrame, handshake }) {
    if (reuse === null) return null;
    const established = handshake.ack?.time ?? end;
    return {
      severity: reuse.refused ? 'warning' : 'note',
      confidence: 'high',
      message: `Client ${at(client)} reused its port to server ${at(server)} ${duration(reuse.secondsIntoTimeWait)} into the TIME_WAIT of connection ${reuse.previous}; ${reuse.refused ? 'the server first answered for the old connection' : 'it was accepted as a new connection'}.`,
      together: `{connections} from {clients} to server ${at(server)} reused a port in TIME_WAIT.`,
      frames: [firstFrame],
      start,
      end: established,
      impact: {},
      evidence: { previous: reuse.previous, secondsIntoTimeWait: reuse.secondsIntoTimeWait, refused: reuse.refused },
    };
  },
});
