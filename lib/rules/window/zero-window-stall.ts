import type { EndpointFacts } from '../../facts/connection.ts';
import { secondsBetween } from '../../facts/moment.ts';
import { ZERO_WINDOW } from '../../facts/notes.ts';
import { at, count, duration, size } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

/** How long the receiver's window held back what this endpoint sent, as far as the tap can tell. */
function secondsLimited({ limitedBy, firstData, lastNewData }: EndpointFacts): number {
  if (limitedBy === null || firstData === null || lastNewData === null) return 0;
  return limitedBy.receiveWindow * secondsBetween(firstData.time, lastNewData.time);
}

export default defineRule({
  meta: {
    id: 'zero-window-stall',
    family: 'window',
    scope: 'connection',
    summary: 'A receiver closed its window while the sender had data waiting: the transfer stood still.',
    why: 'The network is fine; the receiving program does not read. Everything behind the full buffer waits with it.',
    likelyCauses: [
      'The receiving program is too slow, blocked (on a disk, a lock, another service) or in a long pause such as garbage collection.',
      'Its receive buffer is too small for the bursts it is sent.',
    ],
    nextSteps: [
      'On the receiver: `ss -tnm` shows a full receive queue (Recv-Q); find what the process was doing at that time.',
      'Compare with the process’s own log, profile or GC log at the start time of the stall.',
    ],
    confirm:
      '`tcp.analysis.zero_window` begins it, `tcp.analysis.window_update` ends it; the window-scaling graph shows the floor.',
    references: ['RFC 9293 3.8.6', 'RFC 9293 3.8.6.1'],
    severity: 'warning',
    options: {
      seconds: { default: 0.2, unit: 's', description: 'Stall that is worth a warning.' },
      errorSeconds: { default: 5, unit: 's', description: 'Stall that is an error.' },
    },
    needs: ['bothSides'],
    wakes: ZERO_WINDOW,
    falsePositives: ['A receiver that paces its sender on purpose by not reading (some media players).'],
    others:
      'Others count zero-window segments, which grow with the number of probes, not with the harm; Wireshark takes Linux’s probes for keep-alives.',
  },

  connection(facts, options, capture) {
    return bothSides(facts).flatMap(({ side, own, peer }) =>
      own.zeroWindowSpells.flatMap((spell) => {
        if (spell.pending === null || spell.endedBy === 'close') return [];
        const reopened = spell.end !== null;
        const end = spell.end ?? (spell.endedBy === 'capture end' ? capture.end : spell.lastSeen);
        const seconds = secondsBetween(spell.start, end);
        if (seconds < options.seconds) return [];
        // Most of the time that the window cost: that it also was full before needs no telling.
        const mostOfIt = seconds * 2 > secondsLimited(peer);
        const probed = spell.probes > 0 ? ` through ${count(spell.probes, 'probe')}` : '';
        const waiting = spell.bytesWaiting > 0 ? `; at least ${size(spell.bytesWaiting)} waited` : '';
        return {
          severity: seconds >= options.errorSeconds ? 'error' : 'warning',
          confidence: spell.pending === 'data on reopening' ? 'medium' : 'high',
          message: `${capital(side)} ${at(own)} advertised a zero window for ${reopened ? '' : 'at least '}${duration(seconds)}${probed} while ${otherSide(side)} ${at(peer)} had data to send${waiting}.`,
          side,
          frames: [spell.frame, ...spell.probeFrames, ...(spell.endFrame === null ? [] : [spell.endFrame])],
          start: spell.start,
          end,
          lowerBound: !reopened,
          impact: { seconds, ...(spell.bytesWaiting > 0 ? { bytes: spell.bytesWaiting } : {}) },
          ...(mostOfIt ? { replaces: ['window-limited'] } : {}),
          evidence: {
            stallSeconds: Number(seconds.toFixed(6)),
            probes: spell.probes,
            pendingShownBy: spell.pending,
            bytesWaiting: spell.bytesWaiting,
            endedBy: spell.endedBy,
          },
        } as const;
      }),
    );
  },
});
