import type { Frame } from './frame.ts';
import {
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  NAME_RESOLUTION,
  SECTION_HEADER,
} from './pcapng/block.ts';
import { padded } from './pcapng/option.ts';
import type { CaptureInterface } from './reader.ts';

/** Takes the bytes of the file as they are made; each array is new and the receiver's own. */
export type Emit = (bytes: Uint8Array) => void;

/** Frames in, the bytes of a capture out. */
export interface CaptureWriter {
  /** Writes a frame as it stands; its number and offset are those of another file and are not kept. */
  frame(frame: Frame): void;
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
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, littleEndian);
  header.setUint16(4, 2, littleEndian);
  header.setUint16(6, 4, littleEndian);
  header.setUint32(16, snapLength === 0 ? NO_LIMIT : snapLength, littleEndian);
  header.setUint32(20, linkType, littleEndian);
  emit(new Uint8Array(header.buffer));
  return {
    frame({ bytes, start, captured, original, seconds, nanos }) {
      const record = new Uint8Array(16 + captured);
      const view = new DataView(record.buffer);
      view.setUint32(0, seconds, littleEndian);
      view.setUint32(4, nanoseconds ? nanos : Math.floor(nanos / 1000), littleEndian);
      view.setUint32(8, captured, littleEndian);
      view.setUint32(12, original, littleEndian);
      record.set(bytes.subarray(start, start + captured), 16);
      emit(record);
    },
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

/** pcapng: one section, time in nanoseconds, comments and names kept. */
export class PcapngWriter implements CaptureWriter {
  private readonly emit: Emit;
  private readonly littleEndian: boolean;
  private readonly interfaces: readonly CaptureInterface[];
  private described = 0;
  /** The second of the last time written, as the two words of its nanoseconds. */
  private second = -1;
  private secondHigh = 0;
  private secondLow = 0;

  constructor(emit: Emit, options: PcapngOptions) {
    const { interfaces, comments = [], application, littleEndian = true } = options;
    this.emit = emit;
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
    const { block, view } = this.makeBlock(ENHANCED_PACKET, 20 + padded(captured), options);
    view.setUint32(8, frame.interface, this.littleEndian);
    this.time(view, 12, frame.seconds, frame.nanos);
    view.setUint32(20, captured, this.littleEndian);
    view.setUint32(24, frame.original, this.littleEndian);
    block.set(bytes.subarray(start, start + captured), 28);
    this.emit(block);
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
      view.setUint16(0, linkType, this.littleEndian);
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
    const { block } = this.makeBlock(type, body.length, options);
    block.set(body, 8);
    this.emit(block);
  }

  /** A block with both lengths and its options, its body still empty. */
  private makeBlock(type: number, bodyBytes: number, options: readonly Uint8Array[]) {
    const endMark = options.length === 0 ? 0 : 4;
    const length = options.reduce((sum, option) => sum + option.length, 12 + bodyBytes + endMark);
    const block = new Uint8Array(length);
    const view = new DataView(block.buffer);
    view.setUint32(0, type, this.littleEndian);
    view.setUint32(4, length, this.littleEndian);
    let position = 8 + bodyBytes;
    for (const option of options) {
      block.set(option, position);
      position += option.length;
    }
    view.setUint32(length - 4, length, this.littleEndian);
    return { block, view };
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
