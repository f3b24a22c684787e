import type { PacketRow } from '../../facts/packet-row.ts';
import type { RowFormat } from '../format.ts';
import { ndjsonRows } from '../rows.ts';
import { packetJson } from '../shape/packet.ts';

export const open = (): RowFormat<PacketRow> => ndjsonRows(packetJson);
