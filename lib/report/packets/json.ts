import type { PacketRow } from '../../facts/packet-row.ts';
import type { RowFormat } from '../format.ts';
import { jsonRows } from '../rows.ts';
import { packetJson } from '../shape/packet.ts';

export const open = (): RowFormat<PacketRow> => jsonRows('packets', packetJson);
