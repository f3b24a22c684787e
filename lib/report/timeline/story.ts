import type { ConnectionFacts } from '../../facts/connection.ts';
import type { Finding } from '../../facts/finding.ts';
import type { PacketRow } from '../../facts/packet-row.ts';
import type { RowFormat } from '../format.ts';
import type { StateChangeRow } from '../shape/state-change.ts';

/** All that `timeline` may tell of one connection. Packets and findings are there only for formats that show them. */
export interface Story {
  readonly facts: ConnectionFacts;
  readonly packets: readonly PacketRow[];
  readonly findings: readonly Finding[];
}

/** A format of state changes, as one of stories: each change is a row. */
export function changesOf(format: RowFormat<StateChangeRow>): RowFormat<Story> {
  return {
    head: () => format.head(),
    row: ({ facts }, origin) => facts.timeline.map((change) => format.row({ facts, change }, origin)).join(''),
    tail: (captures) => format.tail(captures),
  };
}
