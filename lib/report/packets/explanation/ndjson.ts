import type { Explanation } from '../../../facts/explanation.ts';
import type { RowFormat } from '../../format.ts';
import { ndjsonRows, shaped } from '../../rows.ts';

export const open = (): RowFormat<Explanation> => ndjsonRows(shaped((explanation) => explanation));
