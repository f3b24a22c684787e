import { secondsBetween } from '../../facts/moment.ts';
import { RESET } from '../../facts/notes.ts';
import { at, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { capital, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'reset-mid-connection',
    family: 'reset',
    scope: 'connection',
    summary: 'An open connection was reset, with nothing outstanding.',
    why: 'No data was lost on the wire, but the other program gets "connection reset by peer" instead of an orderly end.',
    likelyCauses: [
      'The program closed with SO_LINGER 0, or was killed.',
      'An idle timeout of a firewall, proxy or load balancer that resets both sides.',
    ],
    nextSteps: ['Look how long the connection had been idle: a round number (60 s, 350 s, 1 h) points to a timeout.'],
    confirm: 'Filter `tcp.flags.reset == 1 and tcp.stream eq N`; no FIN before it, and the last data was acknowledged.',
    references: ['RFC 9293 3.5.2', 'RFC 9293 3.10.4'],
    severity: 'warning',
    options: {},
    needs: ['bothSides'],
    wakes: RESET,
    falsePositives: ['Clients and health checks that close with RST by habit (some browsers, load balancers).'],
    others: 'Wireshark warns of every RST; Zeek says RSTO or RSTR.',
  },

  connection(facts) {
    const reset = facts.resets.find(({ accepted }) => accepted);
    if (reset === undefined || reset.fromState !== 'ESTABLISHED' || reset.toState !== 'ESTABLISHED') return null;
    if (reset.unacknowledgedFromClient + reset.unacknowledgedFromServer > 0) return null;
    const peerSide = otherSide(reset.from);
    const open = secondsBetween(facts.start, reset.time);
    return {
      confidence: 'high',
      message: `${capital(reset.from)} ${at(facts[reset.from])} reset its open connection with ${peerSide} ${at(facts[peerSide])} after ${duration(open)}; nothing was outstanding.`,
      together: `{connections} of {clients} with server ${at(facts.server)} were reset by the ${reset.from} while open and idle.`,
      side: reset.from,
      frames: [reset.frame],
      start: reset.time,
      end: reset.time,
      impact: {},
      evidence: { from: reset.from, secondsOpen: Number(open.toFixed(6)) },
    };
  },
});
