import type { RowFormat } from '../format.ts';
import { ndjsonRows, shaped } from '../rows.ts';
import { stateChangeShape } from '../shape/state-change.ts';
import { changesOf, type Story } from './story.ts';

export const open = (): RowFormat<Story> => changesOf(ndjsonRows(shaped(stateChangeShape)));
