import type { Finding } from '../../facts/finding.ts';
import type { ConnectionPage } from '../../facts/incident.ts';

/** Connections with findings, each once: the first of every finding, worst finding first, then the second of every one... */
export function* inTurns(findings: readonly Finding[]): Generator<number> {
  const told = new Set<number>();
  const longest = Math.max(0, ...findings.map(({ connections }) => connections.length));
  for (let turn = 0; turn < longest; turn++) {
    for (const { connections } of findings) {
      const connection = connections[turn];
      if (connection !== undefined && !told.has(connection)) {
        told.add(connection);
        yield connection;
      }
    }
  }
}

/** Pages in the order of the findings that they have; those without one last. */
export function worstFirst(findings: readonly Finding[], pages: readonly ConnectionPage[]): ConnectionPage[] {
  const order = new Map([...inTurns(findings)].map((connection, at) => [connection, at]));
  const rank = ({ facts }: ConnectionPage): number => order.get(facts.connection) ?? order.size;
  return pages.toSorted((a, b) => rank(a) - rank(b) || a.facts.connection - b.facts.connection);
}
