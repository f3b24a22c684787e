import type { RowFormat } from '../format.ts';
import { jsonRows } from '../rows.ts';
import { type PacketLine, packetJson } from '../shape/packet.ts';

export const open = (): RowFormat<PacketLine> => jsonRows('packets', packetJson);
