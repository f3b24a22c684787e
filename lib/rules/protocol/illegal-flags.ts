import { count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'illegal-flags',
    family: 'protocol',
    scope: 'capture',
    summary: 'A host sent segments whose flags contradict each other.',
    why: 'No stack does this by itself: such packets map ports past simple filters, or tell operating systems apart by how they answer.',
    likelyCauses: [
      'A port scanner (NULL, XMAS, FIN or SYN+FIN scan).',
      'A packet generator, or a device that damages headers.',
    ],
    nextSteps: ['Look at what else this source sends; block it if it is not yours.'],
    confirm:
      'Filter `tcp.flags == 0 or (tcp.flags.syn == 1 and tcp.flags.fin == 1) or (tcp.flags.syn == 1 and tcp.flags.reset == 1)`.',
    references: ['RFC 9293 3.1', 'RFC 9293 3.10.7.2'],
    severity: 'warning',
    options: {},
    needs: [],
    falsePositives: ['FIN+RST of some old load balancers.'],
    others: 'nDPI names the scans; Zeek writes I and Q in its history.',
  },

  capture({ illegalFlags = [] }) {
    return illegalFlags.map((from) => ({
      confidence: 'high',
      message: `Host ${from.address} sent ${count(from.count, 'segment')} ${from.flags === 'none' ? 'without any flag, which no stack does' : `with the flags ${from.flags}, which no stack sends together`}.`,
      ...seenAt(from),
      impact: {},
      evidence: { flags: from.flags, segments: from.count },
      endpoints: [{ address: from.address, port: 0, role: 'host' }],
      connections: from.examples,
    }));
  },
});
