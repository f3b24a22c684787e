import type { ConnectionFacts, ResetFacts } from '../../facts/connection.ts';
import { secondsBetween } from '../../facts/moment.ts';
import { RESET } from '../../facts/notes.ts';
import { at, duration, size } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { capital, otherSide } from '../watching.ts';

/** Where the client sends to a server that has closed. */
const SERVER_CLOSED = {
  likelyCauses: [
    'The server closed an idle connection, and the client took it from its pool again without noticing the FIN.',
    'The server answered and closed before it had read the whole request.',
  ],
  nextSteps: [
    'Let the idle timeout of the client (or proxy) be shorter than the keep-alive timeout of the server.',
    'Have the client look for the end of the stream before it uses a connection again, and retry on a new one.',
  ],
} as const;

export default defineRule({
  meta: {
    id: 'data-after-close',
    family: 'teardown',
    scope: 'connection',
    summary: 'Data reached an endpoint that had closed for good, and was answered by a reset: it is lost.',
    why: 'The sender’s program believes the data delivered; the next call fails with "broken pipe" or "connection reset", and nobody ever reads those bytes.',
    likelyCauses: [
      'The closer gave up first: a timeout on its side shorter than the other’s work.',
      'A client that closes as soon as it has what it wants, while the server still sends.',
    ],
    nextSteps: [
      'Compare the timeouts of both programs; whoever asks should wait longer than whoever answers works.',
      'If the closer has read all it needs, it should read to the end, or use shutdown() and wait.',
    ],
    confirm: 'A packet with `tcp.len > 0` goes to the side that had sent FIN, and that side answers with RST.',
    references: ['RFC 9293 3.6.1', 'RFC 1122 4.2.2.13', 'RFC 2525 2.17'],
    severity: 'warning',
    options: {},
    needs: ['bothSides'],
    wakes: RESET,
    falsePositives: [],
    others: 'Wireshark marks the RST like any other; Zeek: data_after_reset, without regard to time.',
  },

  connection(facts) {
    const first = facts.resets.find((reset) => isLate(facts, reset));
    if (first === undefined) return null;
    const side = first.from;
    const peerSide = otherSide(side);
    const fin = facts[side].fin!;
    const late = facts[peerSide].lastNewData!;
    // Each of several late segments meets a reset of its own: the one that finds most outstanding tells of all.
    const reset = facts.resets.reduce((a, b) => (b.from === side && lostAt(b) > lostAt(a) ? b : a), first);
    const lost = lostAt(reset);
    const after = secondsBetween(fin.first.time, late.time);
    return {
      severity: reset.onlyTlsAlert === true ? 'note' : 'warning',
      confidence: 'high',
      message: `${capital(side)} ${at(facts[side])} had closed; ${size(lost)} that ${peerSide} ${at(facts[peerSide])} sent ${reset === first ? '' : 'up to '}${duration(after)} later were answered by RST and lost.`,
      together: `{connections} of {clients} with server ${at(facts.server)} lost data that the ${peerSide} sent after the ${side} had closed.`,
      side: peerSide,
      frames: [fin.first.frame, late.frame, reset.frame],
      start: fin.first.time,
      end: reset.time,
      impact: { bytes: lost },
      evidence: { bytesLost: lost, secondsAfterClose: Number(after.toFixed(6)) },
      ...(side === 'server' ? SERVER_CLOSED : {}),
      replaces: ['reset-lost-data', 'abortive-close'],
      replacesEitherSide: true,
    };
  },
});

/** Payload bytes under way to the sender of a reset when it sent that. */
function lostAt({ from, unacknowledgedFromClient, unacknowledgedFromServer }: ResetFacts): number {
  return from === 'server' ? unacknowledgedFromClient : unacknowledgedFromServer;
}

/** It answers data that was sent after its sender had closed. */
function isLate(facts: ConnectionFacts, reset: ResetFacts): boolean {
  const { fin } = facts[reset.from];
  const late = facts[otherSide(reset.from)].lastNewData;
  if (fin === null || late === null || lostAt(reset) === 0) return false;
  return fin.first.frame < reset.frame && fin.first.frame < late.frame;
}
