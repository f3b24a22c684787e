import type { RowFormat } from '../format.ts';
import { ndjsonRows } from '../rows.ts';
import { type PacketLine, packetJson } from '../shape/packet.ts';

export const open = (): RowFormat<PacketLine> => ndjsonRows(packetJson);
