import { after } from '../../facts/moment.ts';
import { at, count, duration, grouped, size } from '../../facts/wording.ts';
import { busiest, type PerSecond, type Window } from '../rates.ts';
import { defineRule } from '../rule.ts';

const SUSTAINED_SECONDS = 10;

/** Not a burst within a second or two: most seconds of the stretch have their share. */
function isSustained(series: PerSecond, { second, width }: Window, perSecond: number): boolean {
  const busy = series.filter(([at, opened]) => at >= second && at < second + width && opened * 2 >= perSecond);
  return busy.length * 5 >= width * 4;
}

export default defineRule({
  meta: {
    id: 'connection-churn',
    family: 'traffic',
    scope: 'capture',
    summary:
      'A client opens short connections to one service again and again, where one lasting connection would serve.',
    why: 'Each one costs a round trip (with TLS three), slow start from the beginning, and a TIME_WAIT at whoever closes.',
    likelyCauses: [
      'HTTP keep-alive is off at the client, the server or a proxy between.',
      'No connection pool, or one whose idle time is too short.',
    ],
    nextSteps: ['Turn on keep-alive or pooling at the client; see who closes first (`time-wait-pressure`) and why.'],
    confirm: 'Statistics, Conversations, TCP: many rows of one pair, each short.',
    references: ['RFC 9112 9.3', 'RFC 9293 3.5'],
    severity: 'warning',
    offIn: ['ci'],
    options: {
      perSecond: { default: 10, unit: '/s', description: 'Connections a second of one pair, over 10 s.' },
      duration: { default: 1, unit: 's', description: 'Median duration up to which they are short.' },
    },
    needs: [],
    falsePositives: ['Load tests that mean it.'],
    others: 'No other tool adds up what the handshakes cost.',
  },

  capture({ traffic, start }, options) {
    if (start === null) return null;
    return (traffic.pairs ?? []).flatMap((pair) => {
      const window = busiest(pair.openedPerSecond, SUSTAINED_SECONDS);
      if (window.count < options.perSecond * SUSTAINED_SECONDS || pair.medianDuration > options.duration) return [];
      if (!isSustained(pair.openedPerSecond, window, options.perSecond)) return [];
      const server = { address: pair.serverAddress, port: pair.serverPort };
      const cost = pair.connections * pair.medianHandshake;
      return {
        confidence: 'high',
        message: `Host ${pair.client} opened ${count(pair.connections, 'connection')} to server ${at(server)}, up to ${grouped(window.count / SUSTAINED_SECONDS)} a second, for ${size(pair.medianBytes)} and ${duration(pair.medianDuration)} each: the handshakes alone took ${duration(cost)} together.`,
        frames: [pair.firstFrame, pair.lastFrame],
        frameCount: pair.connections,
        start: after(start, window.second),
        end: after(start, window.second + SUSTAINED_SECONDS),
        impact: { seconds: cost, connections: pair.connections },
        evidence: {
          connections: pair.connections,
          perSecond: Math.round(window.count / SUSTAINED_SECONDS),
          medianSeconds: Number(pair.medianDuration.toFixed(6)),
          medianBytes: pair.medianBytes,
        },
        endpoints: [
          { address: pair.client, port: 0, role: 'client' },
          { ...server, role: 'server' },
        ],
        connections: pair.examples,
      } as const;
    });
  },
});
