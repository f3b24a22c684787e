import type { Frame } from './frame.ts';
import { type Emit, Outbox } from './outbox.ts';
import {
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  NAME_RESOLUTION,
  SECTION_HEADER,
} from './pcapng/block.ts';
import { padded } from './pcapng/option.ts';
import type { CaptureInterface } from './reader.ts';

/** Frames in, the bytes of a capture out, in chunks. */
export interface CaptureWriter {
  /** Writes a frame as it stands; its number and offset are those of another file and are not kept. */
  frame(frame: Frame): void;
  /** Emits what has not been emitted yet. */
  end(): void;
}

export interface PcapOptions {
  readonly linkType: number;
  /** 0 for no limit. */
  readonly snapLength?: number;
  /** Nanoseconds, which is the default, or microseconds, cut. */
  readonly nanoseconds?: boolean;
  readonly littleEndian?: boolean;
}

const NO_LIMIT = 262_144;

/** Classic pcap: one link type, no comments, no names. */
export function createPcapWriter(emit: Emit, options: PcapOptions): CaptureWriter {
  const { linkType, snapLength = 0, nanoseconds = true, littleEndian = true } = options;
  const outbox = new Outbox(emit);
  const header = outbox.take(24);
  outbox.view.setUint32(header, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, littleEndian);
  outbox.view.setUint16(header + 4, 2, littleEndian);
  outbox.view.setUint16(header + 6, 4, littleEndian);
  outbox.view.setUint32(header + 16, snapLength === 0 ? NO_LIMIT : snapLength, littleEndian);
  outbox.view.setUint32(header + 20, linkType, littleEndian);
  return {
    frame({ bytes, start, captured, original, seconds, nanos }) {
      const record = outbox.take(16 + captured);
      outbox.view.setUint32(record, seconds, littleEndian);
      outbox.view.setUint32(record + 4, nanoseconds ? nanos : Math.floor(nanos / 1000), littleEndian);
      outbox.view.setUint32(record + 8, captured, littleEndian);
      outbox.view.setUint32(record + 12, original, littleEndian);
      outbox.bytes.set(bytes.subarray(start, start + captured), record + 16);
    },
    end: () => outbox.flush(),
  };
}

export interface PcapngOptions {
  /** Interfaces that frames name by their place here. More may be added until a frame needs them. */
  readonly interfaces: readonly CaptureInterface[];
  /** Comments of the section. */
  readonly comments?: readonly string[];
  /** The program that writes it. */
  readonly application?: string;
  readonly littleEndian?: boolean;
}

const COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;
const ISB_ENDTIME = 3;
const ISB_IFDROP = 5;
const NAME_OF_IPV4 = 1;
const NAME_OF_IPV6 = 2;
const MOST_NAME_LETTERS = 1000;

/** What a 16-bit length can say. */
const MOST_OPTION_BYTES = 65_535;
/** What a damaged pcap names beyond 16 bits is no link type, and must not become one. */
const NO_LINK_TYPE = 0xffff;

/** pcapng: one section, time in nanoseconds, comments and names kept. */
export class PcapngWriter implements CaptureWriter {
  private readonly outbox: Outbox;
  private readonly littleEndian: boolean;
  private readonly interfaces: readonly CaptureInterface[];
  private described = 0;
  /** The second of the last time written, as the two words of its nanoseconds. */
  private second = -1;
  private secondHigh = 0;
  private secondLow = 0;

  constructor(emit: Emit, options: PcapngOptions) {
    const { interfaces, comments = [], application, littleEndian = true } = options;
    this.outbox = new Outbox(emit);
    this.littleEndian = littleEndian;
    this.interfaces = interfaces;
    const header = this.part(16, (view) => {
      view.setUint32(0, 0x1a2b3c4d, littleEndian);
      view.setUint16(4, 1, littleEndian);
      // The length of the section is not known yet: -1.
      view.setBigInt64(8, -1n, littleEndian);
    });
    const program = application === undefined ? [] : [this.text(SHB_USERAPPL, application)];
    this.block(SECTION_HEADER, header, [...comments.map((comment) => this.text(COMMENT, comment)), ...program]);
  }

  frame(frame: Frame): void {
    while (this.described <= frame.interface && this.described < this.interfaces.length) this.describe();
    const { bytes, start, captured, flags, comments } = frame;
    const options = comments === null ? [] : comments.map((comment) => this.text(COMMENT, comment));
    if (flags !== 0) options.push(this.option(EPB_FLAGS, 4, (value) => value.setUint32(0, flags, this.littleEndian)));
    const body = this.beginBlock(ENHANCED_PACKET, 20 + padded(captured), options);
    const { view } = this.outbox;
    view.setUint32(body, frame.interface, this.littleEndian);
    this.time(view, body + 4, frame.seconds, frame.nanos);
    view.setUint32(body + 12, captured, this.littleEndian);
    view.setUint32(body + 16, frame.original, this.littleEndian);
    this.outbox.bytes.set(bytes.subarray(start, start + captured), body + 20);
  }

  end(): void {
    this.outbox.flush();
  }

  /** Names of addresses, both as text, as in `CaptureInfo.names`. */
  names(names: ReadonlyMap<string, string>): void {
    if (names.size === 0) return;
    const records: Uint8Array[] = [];
    for (const [address, name] of names) {
      const bytes = addressBytes(address);
      const text = encode(`${name.slice(0, MOST_NAME_LETTERS)}\0`);
      records.push(
        this.option(bytes.length === 4 ? NAME_OF_IPV4 : NAME_OF_IPV6, bytes.length + text.length, (value) => {
          new Uint8Array(value.buffer, value.byteOffset).set(concat([bytes, text]));
        }),
      );
    }
    const endOfRecords = new Uint8Array(4);
    this.block(NAME_RESOLUTION, concat([...records, endOfRecords]), []);
  }

  /** Closing statistics of an interface: when the capture on it ended, and packets it dropped. */
  statistics(iface: number, end: { seconds: number; nanos: number } | null, dropped: number | null): void {
    while (this.described <= iface && this.described < this.interfaces.length) this.describe();
    const header = this.part(12, (view) => {
      view.setUint32(0, iface, this.littleEndian);
      if (end !== null) this.time(view, 4, end.seconds, end.nanos);
    });
    const options: Uint8Array[] = [];
    if (end !== null) {
      options.push(this.option(ISB_ENDTIME, 8, (value) => this.time(value, 0, end.seconds, end.nanos)));
    }
    if (dropped !== null) {
      options.push(this.option(ISB_IFDROP, 8, (value) => value.setBigUint64(0, BigInt(dropped), this.littleEndian)));
    }
    this.block(INTERFACE_STATISTICS, header, options);
  }

  private describe(): void {
    const { linkType, snapLength, name } = this.interfaces[this.described++]!;
    const header = this.part(8, (view) => {
      view.setUint16(0, Math.min(linkType, NO_LINK_TYPE), this.littleEndian);
      view.setUint32(4, snapLength, this.littleEndian);
    });
    const options = name === null ? [] : [this.text(IF_NAME, name)];
    options.push(this.option(IF_TSRESOL, 1, (value) => value.setUint8(0, 9)));
    this.block(INTERFACE_DESCRIPTION, header, options);
  }

  /** Nanoseconds since the epoch, the upper word first. Times before the epoch can't be told: they become 0. */
  private time(view: DataView, at: number, seconds: number, nanos: number): void {
    if (seconds !== this.second) {
      const count = seconds < 0 ? 0n : BigInt(seconds) * 1_000_000_000n;
      this.second = seconds;
      this.secondHigh = Number((count >> 32n) & 0xffffffffn);
      this.secondLow = Number(count & 0xffffffffn);
    }
    const low = this.secondLow + (seconds < 0 ? 0 : nanos);
    view.setUint32(at, this.secondHigh + (low >= 2 ** 32 ? 1 : 0), this.littleEndian);
    view.setUint32(at + 4, low, this.littleEndian);
  }

  private block(type: number, body: Uint8Array, options: readonly Uint8Array[]): void {
    const at = this.beginBlock(type, body.length, options);
    this.outbox.bytes.set(body, at);
  }

  /** A block with both lengths and its options; where its body begins, which is all 0. */
  private beginBlock(type: number, bodyBytes: number, options: readonly Uint8Array[]): number {
    let length = 12 + bodyBytes + (options.length === 0 ? 0 : 4);
    for (const option of options) length += option.length;
    const at = this.outbox.take(length);
    const { bytes, view } = this.outbox;
    view.setUint32(at, type, this.littleEndian);
    view.setUint32(at + 4, length, this.littleEndian);
    view.setUint32(at + length - 4, length, this.littleEndian);
    let position = at + 8 + bodyBytes;
    for (const option of options) {
      bytes.set(option, position);
      position += option.length;
    }
    return at + 8;
  }

  private part(length: number, fill: (view: DataView) => void): Uint8Array {
    const bytes = new Uint8Array(length);
    fill(new DataView(bytes.buffer));
    return bytes;
  }

  private option(code: number, length: number, fill: (value: DataView) => void): Uint8Array {
    return this.part(4 + padded(length), (view) => {
      view.setUint16(0, code, this.littleEndian);
      view.setUint16(2, length, this.littleEndian);
      fill(new DataView(view.buffer, 4));
    });
  }

  private text(code: number, text: string): Uint8Array {
    const bytes = encode(text);
    return this.option(code, bytes.length, ({ buffer }) => new Uint8Array(buffer, 4).set(bytes));
  }
}

const encoder = new TextEncoder();

/** UTF-8, cut (between characters) to what an option can hold. */
function encode(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  if (bytes.length <= MOST_OPTION_BYTES) return bytes;
  const cut = new Uint8Array(MOST_OPTION_BYTES);
  const { written } = encoder.encodeInto(text, cut);
  return cut.subarray(0, written);
}

/** `192.0.2.1` or `2001:db8::1` as the network has it. */
function addressBytes(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.'), Number);
  const [before = '', after] = text.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const head = groups(before);
  const tail = groups(after);
  const all = [...head, ...new Array(8 - head.length - tail.length).fill(0), ...tail];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}
