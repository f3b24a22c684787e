import type { RowFormat } from '../format.ts';
import { jsonRows, shaped } from '../rows.ts';
import { stateChangeShape } from '../shape/state-change.ts';
import { changesOf, type Story } from './story.ts';

export const open = (): RowFormat<Story> => changesOf(jsonRows('timeline', shaped(stateChangeShape)));
