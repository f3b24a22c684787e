import type { Explanation } from '../../../facts/explanation.ts';
import type { RowFormat } from '../../format.ts';
import { jsonRows, shaped } from '../../rows.ts';

export const open = (): RowFormat<Explanation> =>
  jsonRows(
    'explanations',
    shaped((explanation) => explanation),
  );
