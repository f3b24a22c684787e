import type { RowFormat } from '../format.ts';
import { jsonRows, shaped } from '../rows.ts';
import { type FlowRow, flowShape } from '../shape/flow.ts';

export const open = (): RowFormat<FlowRow> => jsonRows('flows', shaped(flowShape));
