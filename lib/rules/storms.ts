import type { CaptureFacts, ServiceFacts } from '../facts/capture.ts';
import { after } from '../facts/moment.ts';
import { at, grouped, ipField, percent } from '../facts/wording.ts';
import { busiest } from './rates.ts';
import type { Draft } from './rule.ts';

const WINDOW_SECONDS = 10;

export const STORM_OPTIONS = {
  times: { default: 20, unit: 'count', description: 'Connections that end so within 10 s.' },
  share: { default: 0.2, unit: 'ratio', description: 'Share of all connections of the service.' },
} as const;

/** What comes in storms: how it is counted for a service, and which findings on single connections a storm replaces. */
const KINDS = {
  refused: {
    count: ({ refused }: ServiceFacts) => refused,
    perSecond: ({ refusedPerSecond }: ServiceFacts) => refusedPerSecond,
    cited: ({ refusals }: ServiceFacts) => refusals,
    replaces: ['connection-refused'],
  },
  reset: {
    count: ({ reset }: ServiceFacts) => reset,
    perSecond: ({ resetPerSecond = [] }: ServiceFacts) => resetPerSecond,
    cited: ({ resets }: ServiceFacts) => resets,
    replaces: ['reset-mid-connection', 'abortive-close'],
  },
} as const;

/** Services whose connections are refused, or reset, by the dozen. */
export function storms(
  { traffic, start }: CaptureFacts,
  kind: keyof typeof KINDS,
  options: { readonly times: number; readonly share: number },
): Draft[] {
  if (start === null) return [];
  const { count, perSecond, cited, replaces } = KINDS[kind];
  return traffic.services.flatMap((service) => {
    const window = busiest(perSecond(service), WINDOW_SECONDS);
    const total = count(service);
    const share = total / service.connections;
    if (window.count < options.times || share < options.share) return [];
    const { frames = [], lastFrame = 0, examples = [] } = cited(service) ?? {};
    const { address, port, connections } = service;
    return {
      confidence: 'high',
      message: `${grouped(window.count)} connections of server ${at(service)} were ${kind} within ${WINDOW_SECONDS} s; ${percent(share)} of all its connections in this capture.`,
      side: 'server',
      frames: lastFrame === 0 ? [] : [...frames, lastFrame],
      frameCount: total,
      start: after(start, window.second),
      end: after(start, window.second + WINDOW_SECONDS),
      impact: { connections: total },
      evidence: { inWindow: window.count, [kind]: total, connections, share: percent(share) },
      endpoints: [{ address, port, role: 'server' }],
      connections: examples,
      filter: `${ipField(address)}.addr == ${address} and tcp.port == ${port} and tcp.flags.reset == 1`,
      replaces,
      replacesAt: { address, port },
    };
  });
}
