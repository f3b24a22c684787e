import { STRAY_SYN } from '../../facts/notes.ts';
import { at, count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { capital, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'syn-in-connection',
    family: 'handshake',
    scope: 'connection',
    summary: 'A SYN arrived inside a connection that was open.',
    why: 'One side has lost the connection (a crash, a restart) and wants a new one; until the other side is told, both wait. If nobody restarted, somebody forges packets.',
    likelyCauses: [
      'The peer rebooted or its program was restarted, and the same port was used again.',
      'A NAT or firewall forgot the connection and gave its port to another.',
      'A blind attack: a forged SYN that hopes for a reset.',
    ],
    nextSteps: [
      'A challenge ACK should follow, then an RST from the side that restarted: see whether both pass the firewalls.',
      'Without a challenge ACK, the receiver’s stack is old or a middlebox answered for it.',
    ],
    confirm:
      'A packet with `tcp.flags.syn == 1` lies between data packets of the same addresses and ports; look for the ACK (challenge) after it.',
    references: ['RFC 9293 3.10.7.4', 'RFC 5961 4.2'],
    severity: 'warning',
    options: {},
    needs: [],
    wakes: STRAY_SYN,
    falsePositives: ['Late duplicates of the connection’s own SYN.'],
    others: 'Zeek: SYN_inside_connection. Wireshark starts a new stream and calls it a reused port.',
  },

  connection({ straySyns, client, server }) {
    const first = straySyns[0];
    const last = straySyns.at(-1);
    if (first === undefined || last === undefined) return null;
    const [own, peer] = first.from === 'client' ? [client, server] : [server, client];
    const challenged = straySyns.filter((syn) => syn.challenged).length;
    const answer = challenged > 0 ? 'it was answered by a challenge ACK' : 'no challenge ACK followed';
    return {
      confidence: 'high',
      message: `${capital(first.from)} ${at(own)} sent ${count(straySyns.length, 'SYN')} into its open connection with ${otherSide(first.from)} ${at(peer)}; ${answer}.`,
      together: `{connections} of {clients} with server ${at(server)} met a SYN while they were open.`,
      side: first.from,
      frames: straySyns.map(({ frame }) => frame),
      start: first.time,
      end: last.time,
      impact: {},
      replaces: ['reset-mid-connection'],
      replacesEitherSide: true,
      evidence: { syns: straySyns.length, challengeAcks: challenged },
    };
  },
});
