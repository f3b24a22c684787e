import type { ServiceComparison } from '../../facts/comparison.ts';
import type { ServiceRow } from '../../facts/services.ts';

export interface ServicePair {
  readonly before: ServiceRow | null;
  readonly after: ServiceRow | null;
  readonly matchedBy: ServiceComparison['matchedBy'];
}

const SAME: readonly {
  readonly by: NonNullable<ServiceComparison['matchedBy']>;
  readonly key: (row: ServiceRow) => string | null;
}[] = [
  { by: 'address', key: ({ server }) => `${server.address} ${server.port}` },
  { by: 'name', key: ({ server }) => (server.name === undefined ? null : `${server.name} ${server.port}`) },
  { by: 'port', key: ({ server }) => String(server.port) },
];

/**
 * Which services of two captures are one: by address and port, else by name and port, else, in a network with other
 * addresses, by port alone, where it is the only one left on either side.
 */
export function matchServices(before: readonly ServiceRow[], after: readonly ServiceRow[]): ServicePair[] {
  const pairs: ServicePair[] = [];
  let [left, right] = [[...before], [...after]];
  for (const { by, key } of SAME) {
    const found = uniquePairs(left, right, key);
    pairs.push(...found.map(([own, other]) => ({ before: own, after: other, matchedBy: by })));
    left = left.filter((row) => !found.some(([own]) => own === row));
    right = right.filter((row) => !found.some(([, other]) => other === row));
  }
  return [
    ...pairs,
    ...right.map((row) => ({ before: null, after: row, matchedBy: null })),
    ...left.map((row) => ({ before: row, after: null, matchedBy: null })),
  ];
}

function uniquePairs(
  before: readonly ServiceRow[],
  after: readonly ServiceRow[],
  key: (row: ServiceRow) => string | null,
): [ServiceRow, ServiceRow][] {
  const [own, other] = [byKey(before, key), byKey(after, key)];
  return [...own].flatMap(([name, row]) => {
    const match = other.get(name);
    return row === null || match == null ? [] : [[row, match] as [ServiceRow, ServiceRow]];
  });
}

/** Null where a key is not one row's alone. */
function byKey(rows: readonly ServiceRow[], key: (row: ServiceRow) => string | null): Map<string, ServiceRow | null> {
  const found = new Map<string, ServiceRow | null>();
  for (const row of rows) {
    const name = key(row);
    if (name !== null) found.set(name, found.has(name) ? null : row);
  }
  return found;
}
