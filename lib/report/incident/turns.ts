import type { Finding } from '../../facts/finding.ts';

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
