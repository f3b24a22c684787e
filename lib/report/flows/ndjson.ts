import type { RowFormat } from '../format.ts';
import { ndjsonRows } from '../rows.ts';
import { type FlowRow, flowJson } from '../shape/flow.ts';

export const open = (): RowFormat<FlowRow> => ndjsonRows(flowJson);
