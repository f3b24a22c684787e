import type { RowFormat } from '../format.ts';
import { jsonRows, shaped } from '../rows.ts';
import { type StateChangeRow, stateChangeShape } from '../shape/state-change.ts';

export const open = (): RowFormat<StateChangeRow> => jsonRows('timeline', shaped(stateChangeShape));
