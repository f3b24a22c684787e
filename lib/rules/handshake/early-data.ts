import { secondsBetween } from '../../facts/moment.ts';
import { HANDSHAKE_ODD } from '../../facts/notes.ts';
import { at } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'early-data',
    family: 'handshake',
    scope: 'connection',
    summary: 'The client sent data before its SYN had been answered, without Fast Open.',
    why: 'A real stack cannot do this: it does not know yet what to acknowledge. The packets are made by hand, or the answer passed by another way.',
    likelyCauses: ['A traffic generator or an evasion tool.', 'The SYN-ACK took a path that the capture does not see.'],
    nextSteps: ['Check that the capture sees both directions (`capture-one-sided`); if it does, look at the source.'],
    confirm: 'The client’s first packet with `tcp.len > 0` comes before any packet of the server.',
    references: ['RFC 9293 3.10.7.3', 'RFC 9293 3.4'],
    severity: 'warning',
    options: {},
    needs: ['handshake', 'bothSides'],
    wakes: HANDSHAKE_ODD,
    falsePositives: ['Captures that lost the SYN-ACK: where bytes are known to be missing, the rule is silent.'],
    others: 'Zeek: data_before_established; Suricata: 3whs_ack_data_inject.',
  },

  connection({ handshake, client, server }) {
    const early = handshake.earlyData;
    const syn = handshake.syns[0];
    // A capture that lost packets here may have lost the SYN-ACK too.
    if (early === null || syn === undefined || client.ackedUnseen + server.ackedUnseen > 0) return null;
    return {
      confidence: 'high',
      message: `Client ${at(client)} sent data to server ${at(server)} before any answer to its SYN, without Fast Open.`,
      together: `{connections} from {clients} sent data to server ${at(server)} before any answer to their SYN.`,
      side: 'client',
      frames: [syn.frame, early.frame],
      start: syn.time,
      end: early.time,
      impact: {},
      evidence: { secondsAfterSyn: Number(secondsBetween(syn.time, early.time).toFixed(6)) },
    };
  },
});
