import { OPTIONS_UNEVEN } from '../../facts/notes.ts';
import { at } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'timestamps-one-sided',
    family: 'handshake',
    scope: 'connection',
    summary: 'The client offered timestamps, the server’s answer lacks it.',
    why: 'Round trips are measured less often, and old duplicates on fast, long connections are not recognised (PAWS).',
    likelyCauses: [
      'The server has the option off, or answered with a SYN cookie that had no room for it.',
      'A firewall or proxy on the way removes options or answers itself.',
    ],
    nextSteps: [
      'Compare the SYN-ACK at the server with the one at the client; on Linux servers see `net.ipv4.tcp_timestamps`.',
    ],
    confirm: '`tcp.options.timestamp.tsval` is on the SYN and missing on the SYN-ACK.',
    references: ['RFC 7323 3.2'],
    severity: 'note',
    options: {},
    needs: ['handshake'],
    wakes: OPTIONS_UNEVEN,
    falsePositives: ['Small devices that never had it.'],
  },

  connection({ client, server, handshake, start, end }) {
    const synAck = handshake.synAcks[0];
    if (client.timestamps !== true || server.timestamps !== false || synAck === undefined) return null;
    return {
      confidence: 'high',
      message: `Server ${at(server)} answered without the timestamps that client ${at(client)} offered.`,
      together: `Server ${at(server)} answers without the timestamps that {connections} from {clients} offered.`,
      side: 'server',
      frames: [...handshake.syns.slice(0, 1), synAck].map(({ frame }) => frame),
      start: handshake.syns[0]?.time ?? start,
      end: synAck.time ?? end,
      impact: {},
      evidence: { offered: true, answered: false },
    };
  },
});
