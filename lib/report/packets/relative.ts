import type { PacketRow } from '../../facts/packet-row.ts';

/** Sequence numbers counted from the first that each side of a connection was seen to use, as Wireshark shows them. */
export class RelativeNumbers {
  /** Per connection: the client's zero and the server's, null while not known. */
  private readonly zeros = new Map<number, { client: number | null; server: number | null }>();

  /** Learns from a segment; to be called before `seq` and `ack` of it. */
  see(row: PacketRow): void {
    let zero = this.zeros.get(row.connection);
    if (zero === undefined) {
      zero = { client: null, server: null };
      this.zeros.set(row.connection, zero);
    }
    const syn = row.flags.includes('SYN') ? 0 : 1;
    zero[row.from] ??= (row.seq - syn) >>> 0;
    if (row.flags.includes('ACK')) {
      zero[row.from === 'client' ? 'server' : 'client'] ??= (row.ack - 1) >>> 0;
    }
  }

  seq(row: PacketRow): number {
    return difference(row.seq, this.zeros.get(row.connection)?.[row.from] ?? 0);
  }

  /** null when the segment acknowledges nothing. */
  ack(row: PacketRow): number | null {
    if (!row.flags.includes('ACK')) {
      return null;
    }
    return difference(row.ack, this.zeros.get(row.connection)?.[row.from === 'client' ? 'server' : 'client'] ?? 0);
  }
}

/** Up to half the number space ahead is ahead; the rest lies before the zero and is negative only when near it. */
function difference(a: number, b: number): number {
  const ahead = (a - b) >>> 0;
  return ahead > 0xffff_0000 ? ahead - 0x1_0000_0000 : ahead;
}
