import type { StreamEvent } from '../../facts/stream.ts';
import type { RowFormat } from '../format.ts';
import { jsonRows, shaped } from '../rows.ts';
import { streamEventShape } from '../shape/stream-event.ts';

export const open = (): RowFormat<StreamEvent> => jsonRows('events', shaped(streamEventShape));
