import { HANDSHAKE_ODD } from '../../facts/notes.ts';
import { at, count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'syn-data-ignored',
    family: 'handshake',
    scope: 'connection',
    summary: 'The client sent data with its SYN (TCP Fast Open), and the server did not take it.',
    why: 'The round trip that Fast Open should save is lost, and the data is sent twice.',
    likelyCauses: [
      'The server has Fast Open off, or does not know the cookie any more (restart, another machine behind the load balancer).',
      'A middlebox strips the option or the data.',
    ],
    nextSteps: [
      'On the server: `sysctl net.ipv4.tcp_fastopen` (bit 2 enables the server side); share the key between machines of one service.',
    ],
    confirm: '`tcp.options.tfo` and `tcp.len > 0` on the SYN; the SYN-ACK’s relative `tcp.ack` is 1.',
    references: ['RFC 7413 4.2', 'RFC 7413 3'],
    severity: 'note',
    options: {},
    needs: ['handshake'],
    wakes: HANDSHAKE_ODD,
    falsePositives: [],
    others: 'Wireshark notes it as `tcp.tfo_ignored`; Zeek’s SYN_with_data also fires when all went well.',
  },

  connection({ handshake, client, server, start, end }) {
    const { synData, synAcks } = handshake;
    const answer = synAcks[0];
    if (synData === null || !synData.fastOpen || answer === undefined) return null;
    const ignored = synData.bytes - synData.acknowledged;
    if (ignored <= 0) return null;
    return {
      confidence: 'high',
      message: `Server ${at(server)} did not take ${count(ignored, 'byte')} that client ${at(client)} sent with its SYN by Fast Open.`,
      together: `Server ${at(server)} did not take the Fast Open data of {connections} from {clients}.`,
      side: 'server',
      frames: [synData.frame, answer.frame],
      start: handshake.syns[0]?.time ?? start,
      end: answer.time ?? end,
      impact: { bytes: ignored },
      evidence: { bytesInSyn: synData.bytes, acknowledged: synData.acknowledged },
    };
  },
});
