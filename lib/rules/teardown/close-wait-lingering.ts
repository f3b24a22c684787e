import { isBefore, secondsBetween } from '../../facts/moment.ts';
import { CLOSE_LINGERS } from '../../facts/notes.ts';
import { at, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'close-wait-lingering',
    family: 'teardown',
    scope: 'connection',
    summary: 'One endpoint closed; the other acknowledged that, and then did not close its own side.',
    why: 'A socket in CLOSE_WAIT waits for its own program, not for the network, and no timer ends it. Such sockets pile up until file descriptors or pool slots run out.',
    likelyCauses: [
      'The program never calls close() on this socket: a leak on an error path, or a pool that keeps dead connections.',
      'The program is blocked or busy, and has not yet read the end of the stream.',
    ],
    nextSteps: [
      'On that host: `ss -tnp state close-wait` names the process; look at what it does when a read returns 0 bytes.',
      'If the number only grows, restart the process to win time and look for the missing close().',
    ],
    confirm:
      'Filter `tcp.flags.fin == 1 and tcp.stream eq N`: one FIN from one side; look how long after its ACK the other side’s FIN or RST comes, if ever.',
    references: ['RFC 9293 3.6', 'RFC 9293 3.3.2'],
    severity: 'warning',
    options: {
      seconds: {
        default: 5,
        unit: 's',
        least: 0.1,
        description: 'Time in CLOSE_WAIT, without sending anything new, that is too long.',
      },
    },
    needs: ['bothSides'],
    wakes: CLOSE_LINGERS,
    falsePositives: [
      'Protocols that half-close on purpose and think for long before they answer.',
      'Connection pools that notice the peer’s close only at the next use.',
    ],
    others: 'No other tool reports it: Zeek shows S2 or S3 without a duration, Wireshark has no filter for it.',
  },

  connection(facts, options, capture) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const spell = own.spells.find(({ state }) => state === 'CLOSE_WAIT');
      const fin = peer.fin;
      // Without its ACK, the FIN may never have arrived.
      if (spell === undefined || fin === null || fin.acknowledged === null) return [];
      const last = own.lastNewData;
      const since = last !== null && isBefore(spell.start, last.time) ? last.time : spell.start;
      const until = spell.end ?? capture.end;
      const dwell = secondsBetween(since, until);
      if (dwell < options.seconds) return [];

      const open = spell.end === null;
      const reset = facts.resets.find(({ frame }) => frame === spell.endFrame);
      const ended = open
        ? 'and had not when the capture ended'
        : reset === undefined
          ? 'before it closed its own side'
          : `until ${reset.from === side ? 'it' : 'its peer'} reset the connection`;
      const who = `${capital(side)} ${at(own)}`;
      return {
        confidence: 'high',
        message: `${who} stayed in CLOSE_WAIT for ${open ? 'at least ' : ''}${duration(dwell)} after ${otherSide(side)} ${at(peer)} closed, ${ended}.`,
        together: `${capital(side)} ${side === 'server' ? at(own) : own.address} keeps {connections} in CLOSE_WAIT, ${open ? 'at least ' : ''}${duration(dwell)} at worst, after the ${otherSide(side)} had closed.`,
        side,
        frames: [fin.first.frame, fin.acknowledged.frame, ...(spell.endFrame === null ? [] : [spell.endFrame])],
        start: since,
        end: until,
        lowerBound: open,
        impact: { seconds: dwell },
        replaces: ['fin-wait-2-lingering'],
        replacesEitherSide: true,
        evidence: {
          closeWaitSeconds: Number(dwell.toFixed(6)),
          endedBy: open ? 'capture end' : reset === undefined ? 'fin' : 'reset',
        },
      };
    });
  },
});
