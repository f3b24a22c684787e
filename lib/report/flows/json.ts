import type { RowFormat } from '../format.ts';
import { jsonRows } from '../rows.ts';
import { type FlowRow, flowJson } from '../shape/flow.ts';

export const open = (): RowFormat<FlowRow> => jsonRows('flows', flowJson);
