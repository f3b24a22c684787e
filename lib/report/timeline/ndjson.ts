import type { RowFormat } from '../format.ts';
import { ndjsonRows, shaped } from '../rows.ts';
import { type StateChangeRow, stateChangeShape } from '../shape/state-change.ts';

export const open = (): RowFormat<StateChangeRow> => ndjsonRows(shaped(stateChangeShape));
