import { HANDSHAKE_ODD } from '../../facts/notes.ts';
import { at } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'isn-changed',
    family: 'handshake',
    scope: 'connection',
    summary: 'A SYN was tried again with another initial sequence number before any answer.',
    why: 'A retry of the same attempt keeps its number. Another number means another attempt from the same port: two programs, two machines behind one address, or forged packets.',
    likelyCauses: [
      'The client gave up and connected again from the same port (a fixed source port).',
      'A NAT gave the same outside port to two inside connections.',
      'Packets made by a tool.',
    ],
    nextSteps: ['Compare TTL, window and options of the two SYNs: if they differ, they come from two machines.'],
    confirm:
      'With relative numbers off, the SYNs of the stream differ in `tcp.seq`. Wireshark may show them as two streams.',
    references: ['RFC 9293 3.4.1', 'RFC 6528 3'],
    severity: 'warning',
    options: {},
    needs: [],
    wakes: HANDSHAKE_ODD,
    falsePositives: ['Clients bound to one source port that retry quickly.'],
    others: 'Zeek: SYN_seq_jump; Wireshark calls it a reused port.',
  },

  connection({ handshake, client, server }) {
    const changed = handshake.isnChanged;
    const first = handshake.syns[0];
    if (changed === null || first === undefined) return null;
    return {
      confidence: 'high',
      message: `Client ${at(client)} sent server ${at(server)} another SYN with a different initial sequence number before the first was answered.`,
      together: `{connections} from {clients} to server ${at(server)} changed their initial sequence number before any answer.`,
      side: 'client',
      frames: [first.frame, changed.frame],
      start: first.time,
      end: changed.time,
      impact: {},
      evidence: { syns: handshake.synCount },
    };
  },
});
