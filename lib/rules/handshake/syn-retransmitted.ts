import { secondsBetween } from '../../facts/moment.ts';
import { SYN_REPEATED } from '../../facts/notes.ts';
import { at, count, duration, list } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'syn-retransmitted',
    family: 'handshake',
    scope: 'connection',
    summary: 'The handshake succeeded, but only after a SYN or SYN-ACK was sent again.',
    why: 'The retry timer starts at 1 s and doubles: one lost SYN costs the user a second, two cost three.',
    likelyCauses: [
      'The SYN or the SYN-ACK was lost on the way.',
      'The server dropped the SYN: its SYN queue or accept queue was full, or a firewall limits new connections.',
    ],
    nextSteps: [
      'If the SYN-ACK is in the capture and the SYN came again, the loss is between the tap and the client; if not, look behind the tap.',
      'On the server: `nstat -az TcpExtListenOverflows TcpExtListenDrops TcpExtTCPReqQFullDrop`.',
    ],
    confirm:
      'In the stream two or more packets match `tcp.flags.syn == 1` from one side; the delta between them is the wait.',
    references: ['RFC 6298 2', 'RFC 9293 3.8.1'],
    severity: 'warning',
    options: { seconds: { default: 1, unit: 's', description: 'Time lost to retries that is worth a warning.' } },
    needs: ['handshake'],
    wakes: SYN_REPEATED,
    falsePositives: ['Capture points that record the SYN twice: such copies are recognised.'],
    others:
      'Wireshark gives it the same label as any other retransmission; Zeek counts a SYN once however often it came.',
  },

  connection({ handshake, client, server }, options) {
    const { syns, synAcks, ack } = handshake;
    const first = syns[0];
    const repeatedSynAcks = handshake.synAckCount - handshake.synAcksAfterAck - 1;
    if (ack === null || first === undefined) return null;
    if (handshake.synCount < 2 && repeatedSynAcks < 1) return null;
    // To the nanosecond, so that a difference of decimals is no hair below the threshold.
    const lost = Math.round((secondsBetween(first.time, ack.time) - (handshake.rtt ?? 0)) * 1e9) / 1e9;
    if (lost < options.seconds) return null;

    // A SYN that came again although a SYN-ACK had passed: the SYN-ACK did not reach the client.
    const answeredFirst = synAcks[0] !== undefined && syns.some(({ frame }) => frame > synAcks[0]!.frame);
    const again = [
      ...(handshake.synCount > 1 ? [count(handshake.synCount, 'SYN')] : []),
      ...(repeatedSynAcks > 0 ? [count(repeatedSynAcks + 1, 'SYN-ACK')] : []),
    ];
    return {
      confidence: 'high',
      message: `Client ${at(client)} reached server ${at(server)} only after ${list(again)}: the handshake lost ${duration(lost)}.`,
      together: `{connections} from {clients} to server ${at(server)} needed a second SYN or SYN-ACK, ${duration(lost)} lost at worst.`,
      frames: [...syns, ...synAcks, ack].map(({ frame }) => frame).sort((a, b) => a - b),
      start: first.time,
      end: ack.time,
      impact: { seconds: lost },
      evidence: {
        syns: handshake.synCount,
        synAcks: handshake.synAckCount,
        secondsLost: Number(lost.toFixed(6)),
        lost: answeredFirst || repeatedSynAcks > 0 ? 'SYN-ACK or its ACK' : 'SYN, or the answer before the tap',
      },
    };
  },
});
