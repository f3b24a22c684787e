import type { ServiceRow } from '../../facts/services.ts';
import type { RowFormat } from '../format.ts';
import { ndjsonRows, shaped } from '../rows.ts';
import { serviceShape } from '../shape/service.ts';

export const open = (): RowFormat<ServiceRow> => ndjsonRows(shaped(serviceShape));
