import type { RowFormat } from '../format.ts';
import { ndjsonRows, shaped } from '../rows.ts';
import { type FlowRow, flowShape } from '../shape/flow.ts';

export const open = (): RowFormat<FlowRow> => ndjsonRows(shaped(flowShape));
