import { HANDSHAKE_ODD } from '../../facts/notes.ts';
import { at } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'simultaneous-open',
    family: 'handshake',
    scope: 'connection',
    summary: 'Both endpoints sent a SYN to each other before either was answered.',
    why: 'Legal, and rare: who is client and who is server is then arbitrary, and some firewalls drop the second SYN.',
    likelyCauses: [
      'NAT hole punching between peers.',
      'A program that connects to its own listening port on loopback (a self-connection).',
    ],
    nextSteps: ['If nobody meant it, look whether the client’s ephemeral port is also a service’s port.'],
    confirm: 'Two packets match `tcp.flags.syn == 1 and tcp.flags.ack == 0`, one from each side.',
    references: ['RFC 9293 3.5'],
    severity: 'note',
    options: {},
    needs: [],
    wakes: HANDSHAKE_ODD,
    falsePositives: ['Hairpin NAT seen on both sides with addresses swapped.'],
    others: 'Zeek: simultaneous_open; Suricata: the 4whs events.',
  },

  connection({ handshake, client, server, start, end }) {
    if (!handshake.simultaneous) return null;
    const first = handshake.syns[0];
    return {
      confidence: 'high',
      message: `${at(client)} and ${at(server)} each sent the other a SYN before any answer: a simultaneous open.`,
      frames: handshake.syns.map(({ frame }) => frame),
      start: first?.time ?? start,
      end: handshake.ack?.time ?? end,
      impact: {},
      evidence: { syns: handshake.synCount, synAcks: handshake.synAckCount },
    };
  },
});
