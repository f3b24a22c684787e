import { after } from '../../facts/moment.ts';
import { at, grouped } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

/** Growth within fewer seconds than this may be one moment of closing. */
const LEAST_SECONDS_OF_GROWTH = 3;

export default defineRule({
  meta: {
    id: 'close-wait-leak',
    family: 'traffic',
    scope: 'capture',
    summary: 'A service’s connections in CLOSE_WAIT only grow in number.',
    why: 'Each one holds a socket and its memory for ever: when file descriptors or pool slots run out, the service stops accepting, and only a restart helps.',
    likelyCauses: [
      'The service never closes sockets that its clients have closed (a missing close() on some path).',
      'Its worker threads all hang, so that nobody reads the end of the streams.',
    ],
    nextSteps: [
      'On the server: `ss -tnp state close-wait | wc -l`, twice, a minute apart; and `ls /proc/PID/fd | wc -l` against its limit.',
      'Take a thread dump before the restart.',
    ],
    confirm:
      'Conversations whose completeness has FIN, with a FIN from one side only: `tcp.flags.fin == 1 and ip.src == SERVER` is missing in them.',
    references: ['RFC 9293 3.6'],
    severity: 'error',
    offIn: ['ci'],
    options: {
      connections: {
        default: 10,
        unit: 'count',
        description: 'Connections in CLOSE_WAIT at the end, and never fewer.',
      },
    },
    needs: ['bothSides'],
    falsePositives: ['Many clients that half-close at one moment and are all being served.'],
    others: 'Nobody counts it from packets.',
  },

  capture({ traffic, start, end }, options) {
    if (start === null || end === null) return null;
    return traffic.services.flatMap((service) => {
      const changes = service.closeWaitPerSecond;
      const held = changes.reduce((sum, [, change]) => sum + change, 0);
      const growth = changes.filter(([, change]) => change > 0);
      if (held < options.connections || growth.length < changes.length) return [];
      const [first] = growth[0]!;
      const [last] = growth.at(-1)!;
      if (growth.length < LEAST_SECONDS_OF_GROWTH) return [];
      const cited = service.closeWaitHeld;
      const perMinute = (held / Math.max(1, last - first)) * 60;
      return {
        confidence: 'high',
        message: `Server ${at(service)} holds ${grouped(held)} connections in CLOSE_WAIT at the end of the capture; their number only grew, by about ${grouped(perMinute)} a minute.`,
        side: 'server',
        frames: cited === undefined ? [] : [...cited.frames, cited.lastFrame],
        frameCount: held,
        start: after(start, first),
        end,
        lowerBound: true,
        impact: { connections: held },
        evidence: { held, growthPerMinute: Math.round(perMinute), connections: service.connections },
        connections: cited?.examples ?? [],
        endpoints: [{ address: service.address, port: service.port, role: 'server' }],
        replaces: ['close-wait-lingering'],
        replacesAt: { address: service.address, port: service.port },
      } as const;
    });
  },
});
