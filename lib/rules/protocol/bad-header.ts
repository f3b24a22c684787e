import { count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'bad-header',
    family: 'protocol',
    scope: 'capture',
    summary: 'TCP headers of a host cannot be right: impossible data offset or option lengths.',
    why: 'Receivers drop such segments, so they look like loss; or they are meant to crash somebody’s parser.',
    likelyCauses: ['A broken device or driver on the path.', 'A fuzzer or an attack on packet parsers.'],
    nextSteps: ['See whether the checksums of these segments are right: if so, the sender made them that way.'],
    confirm: '`_ws.malformed and tcp`, or `tcp.hdr_len < 20`.',
    references: ['RFC 9293 3.1', 'RFC 9293 3.2'],
    severity: 'warning',
    options: {},
    needs: [],
    falsePositives: ['Frames that the capture itself damaged.'],
    others: 'Wireshark: malformed; Zeek: bad_TCP_header_len and the option weirds.',
  },

  capture({ badHeaders = [] }) {
    return badHeaders.map((from) => ({
      confidence: 'high',
      message: `Host ${from.address} sent ${count(from.count, 'segment')} with an impossible header: ${from.what}.`,
      ...seenAt(from),
      impact: {},
      evidence: { what: from.what, segments: from.count },
      endpoints: [{ address: from.address, port: 0, role: 'host' }],
      connections: from.examples,
    }));
  },
});
