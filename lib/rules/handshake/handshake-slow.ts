import { HANDSHAKE_SLOW } from '../../facts/notes.ts';
import { at, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'handshake-slow',
    family: 'handshake',
    scope: 'connection',
    summary: 'The handshake took long although nothing had to be sent again.',
    why: 'Every new connection pays this before its first byte; a slow SYN-ACK is also the earliest sign of an overloaded server or a full queue on the path.',
    likelyCauses: [
      'A long or congested path (if the half on the far side of the tap is the slow one).',
      'A server, proxy or SYN proxy that is too busy to answer (if the tap stands beside it).',
    ],
    nextSteps: ['The evidence splits the time at the tap: look at the side that takes most of it.'],
    confirm:
      '`tcp.analysis.initial_rtt` of the stream; the deltas of its first three packets tell which half was slow.',
    references: ['RFC 9293 3.5', 'RFC 6298 2'],
    severity: 'warning',
    options: {
      seconds: { default: 1, unit: 's', least: 0.1, description: 'Handshake that is slow in any case.' },
      times: { default: 5, unit: 'ratio', description: 'Times the usual handshake of this client and service.' },
      atLeast: {
        default: 0.1,
        unit: 's',
        least: 0.1,
        description: 'Below this it is not slow, however fast the usual one is.',
      },
    },
    needs: ['handshake'],
    wakes: HANDSHAKE_SLOW,
    falsePositives: ['Satellite and interplanetary paths.'],
    others:
      'Wireshark shows the initial RTT as a field and leaves the judging to the reader; a lost third ACK inflates it.',
  },

  connection({ handshake, client, server }, options) {
    const { rtt, usualRtt, clientRtt, serverRtt, syns, ack } = handshake;
    const syn = syns.at(-1);
    if (rtt === null || ack === null || syn === undefined) return null;
    if (handshake.synCount > 1 || handshake.synAckCount > 1) return null;
    // Data completed it: the ACK itself was lost before the tap, or the client waited until it had something to say.
    if (client.firstData?.frame === ack.frame && (clientRtt ?? 0) > (serverRtt ?? 0)) return null;
    const unusual = usualRtt !== undefined && rtt >= options.times * usualRtt && rtt >= options.atLeast;
    if (rtt < options.seconds && !unusual) return null;
    const halves =
      clientRtt === null || serverRtt === null
        ? ''
        : `: ${duration(serverRtt)} on the server’s side of the tap, ${duration(clientRtt)} on the client’s`;
    const usual = unusual ? `, ${Math.round(rtt / usualRtt)} times the usual ${duration(usualRtt)},` : '';
    return {
      confidence: 'high',
      message: `The handshake of client ${at(client)} with server ${at(server)} took ${duration(rtt)}${usual} without a retry${halves}.`,
      together: `{connections} from {clients} to server ${at(server)} had a slow handshake, ${duration(rtt)} at worst.`,
      frames: [syn.frame, ...handshake.synAcks.map(({ frame }) => frame), ack.frame],
      start: syn.time,
      end: ack.time,
      impact: { seconds: rtt },
      evidence: {
        handshakeSeconds: Number(rtt.toFixed(6)),
        serverSideSeconds: serverRtt,
        clientSideSeconds: clientRtt,
        usualSeconds: usualRtt ?? null,
      },
    };
  },
});
