/** Block types (draft-ietf-opsawg-pcapng), as far as something is made of them. */
export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
export const OBSOLETE_PACKET = 2;
export const SIMPLE_PACKET = 3;
export const NAME_RESOLUTION = 4;
export const INTERFACE_STATISTICS = 5;
export const ENHANCED_PACKET = 6;
export const SYSTEMD_JOURNAL = 9;
export const DECRYPTION_SECRETS = 10;
export const SYSDIG_EVENT = 0x204;
export const SYSDIG_EVENT_2 = 0x216;
export const SYSDIG_EVENT_2_LARGE = 0x221;
export const CUSTOM_COPYABLE = 0x00000bad;
export const CUSTOM_NOT_COPYABLE = 0x40000bad;

/** One whole block, read in place: a reused cursor. */
export class Block {
  bytes: Uint8Array = new Uint8Array(0);
  view = new DataView(this.bytes.buffer);
  littleEndian = false;
  type = 0;
  /** Where the body begins and ends in `bytes`: after type and length, before the second length. */
  start = 0;
  end = 0;
  /** File offset of the block. */
  offset = 0;
  /** What is wrong with its interior; empty when nothing is. */
  reason = '';

  get length(): number {
    return this.end - this.start;
  }

  uint16(at: number): number {
    return this.view.getUint16(at, this.littleEndian);
  }

  uint32(at: number): number {
    return this.view.getUint32(at, this.littleEndian);
  }

  /** Notes that the interior contradicts itself, and that no packet was found in it. */
  bad(reason: string): false {
    this.reason = reason;
    return false;
  }
}
