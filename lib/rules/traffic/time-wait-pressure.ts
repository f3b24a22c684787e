import { after, secondsBetween } from '../../facts/moment.ts';
import { at, duration, grouped, percent } from '../../facts/wording.ts';
import { paceAtEnd, paceOf } from '../rates.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'time-wait-pressure',
    family: 'traffic',
    scope: 'capture',
    summary: 'A host that closes first holds very many connections in TIME_WAIT.',
    why: 'Each TIME_WAIT keeps its 4-tuple for a minute. A host that connects can hold one port per remote address and port: when the ports run out, connect() fails ("cannot assign requested address").',
    likelyCauses: [
      'A connection per request, where one lasting connection (keep-alive, a pool) would serve.',
      'A pool that is too small, so that extra connections are opened and closed again.',
    ],
    nextSteps: [
      'Keep connections open: HTTP keep-alive, a larger pool, or a proxy in front that reuses them.',
      'On a connecting Linux host `net.ipv4.tcp_tw_reuse=1` and a wider `ip_local_port_range` win time; neither helps a listening one.',
    ],
    confirm:
      'Statistics, Conversations, TCP: count the short ones between the two hosts; `tcp.flags.fin == 1` shows who closes first.',
    references: ['RFC 9293 3.6.1', 'RFC 6191 2', 'RFC 6056 3.2'],
    severity: 'note',
    offIn: ['ci'],
    options: {
      note: {
        default: 100,
        unit: 'count',
        description: 'Concurrent TIME_WAIT of a connecting host to one service worth a note.',
      },
      warning: { default: 1000, unit: 'count', description: 'The same, worth a warning.' },
      ports: { default: 28_232, unit: 'count', description: 'Ephemeral ports (Linux: 32768 to 60999).' },
      warningShare: {
        default: 0.5,
        unit: 'ratio',
        description: 'Share of the ports, held or on course at the pace of the last 10 s, worth a warning.',
      },
      errorShare: {
        default: 0.8,
        unit: 'ratio',
        description: 'Share of the ports, held or on course, that is an error.',
      },
      listenerNote: {
        default: 1000,
        unit: 'count',
        description: 'Concurrent TIME_WAIT of a listening host worth a note.',
      },
      listenerWarning: { default: 10_000, unit: 'count', description: 'The same, worth a warning.' },
    },
    needs: [],
    falsePositives: ['Hosts with another TIME_WAIT than `--time-wait` says, and hosts that reuse such ports early.'],
    others:
      'No packet tool counts it; `ss` and `netstat` do on the host. The limit is per remote address and port, not per host.',
  },

  capture(facts, options) {
    const { start, end, timeWaitSeconds } = facts;
    if (start === null || end === null) return null;
    const watched = secondsBetween(start, end);
    return facts.traffic.closers.flatMap((closer) => {
      const listened = closer.role === 'listened';
      const held = closer.peak.count;
      const pace = paceOf(closer.closesPerSecond, watched);
      const lasting = paceAtEnd(closer.closesPerSecond, watched);
      // Where closes go on at that pace, so many are held in the end.
      const course = listened ? 0 : lasting * timeWaitSeconds;
      const share = listened ? 0 : Math.max(held, course) / options.ports;
      const [note, warning] = listened
        ? [options.listenerNote, options.listenerWarning]
        : [options.note, options.warning];
      if (held < note) return [];
      const isError = share >= options.errorShare;
      const isWarning = held >= warning || share >= options.warningShare;
      const runsOut = course > options.ports ? (options.ports - held) / lasting : null;
      const service = { address: closer.serviceAddress, port: closer.servicePort };
      const what = listened ? `Server ${at(service)}` : `Host ${closer.address}`;
      const whom = listened ? 'its own connections' : `connections to ${at(service)}`;
      const ports = listened ? '' : `, ${percent(held / options.ports)} of its ports for that service`;
      const toCome = share >= options.warningShare && course > held ? `, on course for ${percent(share)}` : '';
      const out = runsOut === null ? '' : `; at this pace they run out in ${duration(Math.max(0, runsOut))}`;
      return {
        severity: isError ? 'error' : isWarning ? 'warning' : 'note',
        confidence: 'high',
        message: `${what} closes ${whom} first, up to ${grouped(pace)} a second, and held ${grouped(held)} in TIME_WAIT at once${ports}${toCome}${out}.`,
        frames: [closer.firstFrame, closer.lastFrame],
        frameCount: closer.closes,
        start: after(start, closer.closesPerSecond[0]?.[0] ?? 0),
        end: after(start, Math.min(watched, closer.peak.second + 1)),
        lowerBound: watched < timeWaitSeconds,
        impact: { connections: closer.closes },
        evidence: {
          timeWaitPeak: held,
          timeWaitSeconds,
          closes: closer.closes,
          closesPerSecond: Math.round(pace),
          portShare: listened ? null : percent(held / options.ports),
          onCourseFor: course > held ? percent(share) : null,
        },
        endpoints: listened
          ? [{ ...service, role: 'server' }]
          : [
              { address: closer.address, port: 0, role: 'client' },
              { ...service, role: 'server' },
            ],
        connections: closer.examples,
        ...(listened ? { likelyCauses: LISTENER_CAUSES } : {}),
      } as const;
    });
  },
});

const LISTENER_CAUSES = [
  'The server closes each connection after one answer, so that it keeps the TIME_WAIT (memory only: no ports run out).',
];
