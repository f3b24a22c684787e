import type { ConnectionFacts, EndpointFacts } from '../facts/connection.ts';
import type { Finding, FindingEndpoint } from '../facts/finding.ts';
import type { RuleMeta, Severity } from '../facts/rule.ts';
import type { Draft } from '../rules/rule.ts';
import { displayFilter, endpointsFilter } from './filter.ts';

/** A finding before it is numbered: `subject` is what its fingerprint is made of. */
export type Unnumbered = Omit<Finding, 'id' | 'capture' | 'docs' | 'fingerprint'> & { readonly subject: string };

/** A draft, and what configuration makes of it. */
export interface Ranked {
  readonly draft: Draft;
  readonly meta: RuleMeta;
  readonly severity: Severity;
  readonly impact: Draft['impact'];
}

/** Frames remembered of a finding. */
export const MOST_FRAMES = 16;

/** What a finding takes over from its draft, whatever it is about. */
function common({ draft, meta, severity, impact }: Ranked) {
  const { confidence, message, start, end, lowerBound = false, evidence } = draft;
  return {
    rule: meta.id,
    severity,
    confidence,
    message,
    start,
    end,
    lowerBound,
    impact,
    evidence,
    ...adviceOf(draft, meta),
  };
}

/** The draft's own, or the rule's. */
export function adviceOf(draft: Draft, meta: RuleMeta) {
  const { likelyCauses = meta.likelyCauses, nextSteps = meta.nextSteps } = draft;
  return { likelyCauses, nextSteps };
}

/** What a finding needs of the connection that it is about, to be told later: facts are let go of. */
export interface About {
  readonly connection: number;
  readonly streams: readonly number[];
  readonly client: FindingEndpoint;
  readonly server: FindingEndpoint;
}

export function aboutOf({ connection, streams, client, server }: ConnectionFacts): About {
  return { connection, streams, client: endpointOf(client, 'client'), server: endpointOf(server, 'server') };
}

function endpointOf({ address, port, name }: EndpointFacts, role: FindingEndpoint['role']): FindingEndpoint {
  return name === undefined ? { address, port, role } : { address, port, name, role };
}

export function fromConnection(ranked: Ranked, about: About): Unnumbered {
  const { draft, meta } = ranked;
  const { connection, streams, client, server } = about;
  return {
    ...common(ranked),
    connections: [connection],
    streams,
    endpoints: [client, server],
    frames: framesOf(draft),
    filter: draft.filter ?? displayFilter(streams, true, server),
    subject: subjectOf(
      meta.id,
      server.name ?? server.address,
      server.port,
      client.name ?? client.address,
      draft.side ?? '',
    ),
  };
}

/** A finding of a capture rule: it names its own endpoints and connections. Without frames it is about all of them. */
export function fromCapture(ranked: Ranked, packets: number): Unnumbered {
  const { draft, meta } = ranked;
  const endpoints = draft.endpoints ?? [];
  const connections = draft.connections ?? [];
  return {
    ...common(ranked),
    connections,
    streams: [],
    endpoints,
    frames:
      draft.frames.length > 0
        ? framesOf(draft)
        : { first: Math.min(1, packets), last: packets, count: draft.frameCount ?? packets, examples: [] },
    filter: draft.filter ?? endpointsFilter(endpoints),
    subject: [
      meta.id,
      ...endpoints.map(({ name, address, port, role }) => `${name ?? address}:${role === 'server' ? port : ''}`),
      draft.side ?? '',
    ].join('|'),
  };
}

export function framesOf(draft: Draft): Finding['frames'] {
  const frames = [...draft.frames].sort((a, b) => a - b);
  return {
    first: frames[0] ?? 0,
    last: frames.at(-1) ?? 0,
    count: draft.frameCount ?? frames.length,
    examples: frames.slice(0, MOST_FRAMES),
  };
}

/** Nothing that another recording of the same trouble would change: no frames, times or ephemeral ports. */
export function subjectOf(rule: string, server: string, port: number | null, client: string, side: string): string {
  return [rule, server, port ?? '', client, side].join('|');
}
