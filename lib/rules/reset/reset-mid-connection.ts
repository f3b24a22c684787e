import { secondsBetween } from '../../facts/moment.ts';
import { RESET } from '../../facts/notes.ts';
import { at, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { capital, otherSide } from '../watching.ts';

/** An answer comes within this time, and whoever was silent for longer was idle. */
const SOON_SECONDS = 1;

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
    nextSteps: [
      'Compare how long nothing had been sent with the idle timeouts on the path: a round number (60 s, 350 s, 1 h) points to one.',
      'On the side that sent the RST: look for a crash, a restart or a timeout at that second.',
    ],
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
    const who = `${capital(reset.from)} ${at(facts[reset.from])}`;
    const whom = `${peerSide} ${at(facts[peerSide])}`;
    const many = `{connections} of {clients} with server ${at(facts.server)}`;
    const open = secondsBetween(facts.start, reset.time);
    const said = [facts.client.lastNewData, facts.server.lastNewData].flatMap((last) => (last === null ? [] : [last]));
    // Where data came after it, nobody can tell here what had been the last before.
    const wentOn = said.some(({ frame }) => frame > reset.frame);
    const idle = wentOn ? 0 : Math.min(open, ...said.map(({ time }) => secondsBetween(time, reset.time)));
    const common = {
      confidence: 'high',
      side: reset.from,
      frames: [reset.frame],
      start: reset.time,
      end: reset.time,
      impact: {},
      evidence: {
        from: reset.from,
        secondsOpen: Number(open.toFixed(6)),
        secondsIdle: wentOn ? null : Number(idle.toFixed(6)),
      },
    } as const;

    const probe = facts[peerSide].keepAliveRuns.at(-1);
    if (probe !== undefined && secondsBetween(probe.end, reset.time) < SOON_SECONDS && idle > SOON_SECONDS) {
      return {
        ...common,
        message: `${who} answered a keep-alive probe of ${whom} with RST, ${duration(idle)} after the last data: the connection was no longer known there.`,
        together: `Keep-alive probes of the ${peerSide} on ${many} were answered with RST: the connections were no longer known there.`,
        frames: [probe.lastFrame, reset.frame],
        likelyCauses: [
          'A firewall, NAT or load balancer on the path forgot the idle connection.',
          'The host crashed or rebooted in the meantime, or its program was killed and the RST was lost.',
        ],
        nextSteps: [
          'Compare the time without data with the idle timeouts on the path, and probe earlier than the shortest (`TCP_KEEPIDLE`).',
        ],
      };
    }
    if (said.length === 0 && facts.handshakeSeen && reset.from === 'client') {
      return {
        ...common,
        message: `${who} reset its connection with ${whom} ${duration(open)} after opening it, without a byte of data.`,
        together: `${many} were reset by the client without a byte of data.`,
        likelyCauses: ['A health check or port probe, of a load balancer or a monitor, that closes with RST by habit.'],
        nextSteps: [
          'Look what the client is: for a health check this is normal, and an override can turn the rule off there.',
        ],
      };
    }
    const silent = `${duration(idle)} after ${said.length === 0 ? 'opening it, without a byte of data' : 'the last data'}`;
    return {
      ...common,
      message: `${who} reset its open connection with ${whom} ${idle > SOON_SECONDS ? silent : `after ${duration(open)}`}; nothing was outstanding.`,
      together: `${many} were reset by the ${reset.from} while open and idle${idle > SOON_SECONDS ? ` (one of them ${silent})` : ''}.`,
    };
  },
});
