import type { StreamEvent } from '../../facts/stream.ts';
import type { RowFormat } from '../format.ts';

/** The bytes themselves and nothing else. Holes leave nothing: no byte is made up. */
export function open(): RowFormat<StreamEvent> {
  return {
    head: () => '',
    row: () => '',
    bytes: (event) => (event.kind === 'bytes' ? event.bytes : null),
    tail: () => '',
  };
}
