import { OPTIONS_UNEVEN } from '../../facts/notes.ts';
import { unansweredOption } from '../one-sided-option.ts';
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

  connection: (facts) => unansweredOption(facts, 'timestamps', 'timestamps'),
});
