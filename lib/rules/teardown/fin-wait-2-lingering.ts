import { secondsBetween } from '../../facts/moment.ts';
import { CLOSE_LINGERS } from '../../facts/notes.ts';
import { at, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'fin-wait-2-lingering',
    family: 'teardown',
    scope: 'connection',
    summary: 'An endpoint closed its side, and then waited long for the other to close too.',
    why: 'The closer keeps the socket (or Linux drops it after a minute, and the peer’s later data is answered by a reset).',
    likelyCauses: [
      'The peer’s FIN is lost on the way, or filtered after a firewall forgot the connection.',
      'The peer keeps sending on purpose (a half-close) for very long.',
    ],
    nextSteps: [
      'Look at the peer with `ss -tn`: in CLOSE_WAIT its program has not closed; gone means its FIN was lost.',
      'On the closer: `net.ipv4.tcp_fin_timeout` (60 s) applies only after close(), not after shutdown().',
    ],
    confirm: 'The FIN is acknowledged (`tcp.ack` one above its sequence number), and no FIN comes back.',
    references: ['RFC 9293 3.6', 'RFC 9293 3.3.2'],
    severity: 'warning',
    options: { seconds: { default: 60, unit: 's', least: 0.1, description: 'Time in FIN_WAIT_2 that is too long.' } },
    needs: ['bothSides'],
    wakes: CLOSE_LINGERS,
    falsePositives: ['Long downloads after a half-close.'],
    others: 'No other tool reports how long a FIN_WAIT_2 lasted.',
  },

  connection(facts, options, capture) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const spell = own.spells.find(({ state }) => state === 'FIN_WAIT_2');
      if (spell === undefined) return [];
      const until = spell.end ?? capture.end;
      const seconds = secondsBetween(spell.start, until);
      if (seconds < options.seconds) return [];
      const open = spell.end === null;
      const late = open ? 'sent none of its own' : 'was slow to send its own';
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} waited in FIN_WAIT_2 for ${open ? 'at least ' : ''}${duration(seconds)}: ${otherSide(side)} ${at(peer)} acknowledged its FIN and ${late}.`,
        together: `{connections} of {clients} with server ${at(facts.server)} left the ${side} in FIN_WAIT_2, ${duration(seconds)} at worst.`,
        side,
        frames: [spell.frame, spell.endFrame].filter((frame) => frame !== null),
        start: spell.start,
        end: until,
        lowerBound: open,
        impact: { seconds },
        evidence: { finWait2Seconds: Number(seconds.toFixed(6)) },
      };
    });
  },
});
