import { OPTIONS_UNEVEN } from '../../facts/notes.ts';
import { unansweredOption } from '../one-sided-option.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'sack-one-sided',
    family: 'handshake',
    scope: 'connection',
    summary: 'The client offered selective acknowledgments, the server’s answer lacks it.',
    why: 'After a loss of several segments the sender must guess: it repeats what had arrived, or repairs one hole a round trip.',
    likelyCauses: [
      'The server has the option off, or answered with a SYN cookie that had no room for it.',
      'A firewall or proxy on the way removes options or answers itself.',
    ],
    nextSteps: [
      'Compare the SYN-ACK at the server with the one at the client; on Linux servers see `net.ipv4.tcp_sack`.',
    ],
    confirm: '`tcp.options.sack_perm` is on the SYN and missing on the SYN-ACK.',
    references: ['RFC 2018 2'],
    severity: 'note',
    options: {},
    needs: ['handshake'],
    wakes: OPTIONS_UNEVEN,
    falsePositives: ['Small devices that never had it.'],
  },

  connection: (facts) => unansweredOption(facts, 'sackPermitted', 'selective acknowledgments'),
});
