import type { HandshakeFacts, Sighting } from '../../facts/connection.ts';
import { isBefore, secondsBetween } from '../../facts/moment.ts';
import { FINAL_ACK_IGNORED } from '../../facts/notes.ts';
import { at, duration, times } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'final-ack-lost',
    family: 'handshake',
    scope: 'connection',
    summary: 'The server repeated its SYN-ACK although the client had acknowledged it.',
    why: 'The client believes the connection open and may already send; the server is still waiting, so that data is thrown away and must come again.',
    likelyCauses: [
      'The accept queue of the listener is full: the server’s program accepts too slowly, and the kernel ignores the ACK.',
      'The ACK was lost behind the tap.',
      'The server defers the accept until data comes (TCP_DEFER_ACCEPT) and the client sent none yet.',
    ],
    nextSteps: [
      'On the server: `ss -ltn` (Recv-Q at Send-Q means a full accept queue) and `nstat -az TcpExtListenOverflows`.',
      'If it is: raise the listen backlog and `net.core.somaxconn`, or find what keeps the program from calling accept().',
    ],
    confirm:
      'After the client’s ACK (`tcp.seq == 1`, length 0) another SYN-ACK of the server follows with the same sequence number.',
    references: ['RFC 9293 3.5', 'RFC 9293 3.8.1'],
    severity: 'note',
    options: { repeats: { default: 2, unit: 'count', description: 'Repeated SYN-ACKs that make it a warning.' } },
    needs: ['handshake', 'bothSides'],
    wakes: FINAL_ACK_IGNORED,
    falsePositives: ['Idle pre-connections of browsers to servers that defer the accept.'],
    others: 'Wireshark labels the repeated SYN-ACK a retransmission, and says nothing about the ACK it had seen.',
  },

  connection({ handshake, client, server }, options) {
    const { ack, synAcks } = handshake;
    const late = lateSynAcks(handshake);
    const repeats = Math.max(late.length, handshake.synAcksAfterAck - synAcks.length);
    const last = late.at(-1);
    const since = synAcks[synAcks.length - late.length - 1];
    if (repeats < 1 || last === undefined || since === undefined) return null;
    // `ack` is the one that the server took in the end; null when it never took one.
    const until = ack !== null && isBefore(last.time, ack.time) ? ack : last;
    const waited = secondsBetween(since.time, until.time);
    const data = client.firstData;
    const dataIgnored = data !== null && isBefore(data.time, last.time);
    const ignored = dataIgnored ? `, and ignored the data it had sent (first in frame ${data.frame})` : '';
    const ended = ack === null ? 'it never took it, for' : 'it was not ready for';
    return {
      severity: repeats >= options.repeats || dataIgnored ? 'warning' : 'note',
      confidence: 'high',
      message: `Server ${at(server)} repeated its SYN-ACK ${times(repeats)} although client ${at(client)} had acknowledged it${ignored}: ${ended} ${duration(waited)}.`,
      together: `Server ${at(server)} ignored the final ACK of {connections} from {clients}, for ${duration(waited)} at worst.`,
      side: 'server',
      frames: [since, ...late, until].map(({ frame }) => frame).filter((frame, i, all) => frame !== all[i - 1]),
      frameCount: repeats,
      start: since.time,
      end: until.time,
      lowerBound: ack === null,
      impact: { seconds: waited },
      // The client repeats what was ignored, for this reason and no other.
      ...(dataIgnored ? { replaces: REPEATS, replacesEitherSide: true } : {}),
      evidence: { repeats, seconds: Number(waited.toFixed(6)), dataIgnored, accepted: ack !== null },
    };
  },
});

const REPEATS = ['timeout-backoff', 'retransmission-burst', 'spurious-retransmission', 'tail-loss'];

/** No stack repeats a SYN-ACK sooner of its own; one that comes sooner answers a repeated SYN, or crossed the ACK. */
const SOONEST_REPEAT_SECONDS = 0.2;

function lateSynAcks({ synAcks, synAcksAfterAck, clientRtt }: HandshakeFacts): readonly Sighting[] {
  if (synAcksAfterAck < 1) return [];
  const soonest = Math.max(SOONEST_REPEAT_SECONDS, 1.5 * (clientRtt ?? 0));
  return synAcks.filter(({ time }, i) => {
    const before = synAcks[i - 1];
    return i >= synAcks.length - synAcksAfterAck && before !== undefined && secondsBetween(before.time, time) > soonest;
  });
}
