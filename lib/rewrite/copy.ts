import { Frame } from '../capture/frame.ts';
import { createReader } from '../capture/open.ts';
import type { Emit } from '../capture/outbox.ts';
import type { CaptureInfo, CaptureInterface, CaptureReader } from '../capture/reader.ts';
import { type CaptureWriter, createPcapWriter, PcapngWriter } from '../capture/writer.ts';
import { Anonymizer } from './anonymize/anonymizer.ts';
import type { KeyedHash } from './anonymize/keyed.ts';
import type { FORMATS } from './formats.ts';
import type { FrameSet } from './frame-set.ts';
import { QuoteFinder } from './quotes.ts';

export interface CopyOptions {
  readonly format: (typeof FORMATS)[number];
  /** The program that writes. */
  readonly application: string;
  /** Frames to copy, and with them the ICMP errors about them; all without. */
  readonly frames?: FrameSet;
  /** Comments to add, by frame; and to the file as a whole. */
  readonly comments?: ReadonlyMap<number, readonly string[]>;
  readonly fileComments?: readonly string[];
  /** Only so many frames are read. */
  readonly limit?: number;
  /** Makes the copy anonymous; names and comments of the capture are left out then. */
  readonly anonymize?: KeyedHash;
}

const ETHERNET = 1;

/** The frames to copy can't stand in one file of this format. */
export class CopyError extends Error {}

/**
 * The second reading: capture in, capture out. `write` the capture's chunks, then `end`; bytes go to `emit` as they are
 * made. Throws CopyError.
 */
export class Copier {
  /** Frames written so far. */
  written = 0;
  /** Of them, those cut at a header whose addresses can't be mapped. */
  cut = 0;
  private readonly options: CopyOptions;
  private readonly reader: CaptureReader;
  private readonly frame = new Frame();
  private readonly quotes: QuoteFinder | null;
  private readonly anonymizer: Anonymizer | null;
  private readonly emit: Emit;
  private writer: CaptureWriter | null = null;
  private linkType = -1;
  /** Those described to the writer, which looks at them as frames need them. */
  private readonly interfaces: CaptureInterface[] = [];
  /** How many names have been written. */
  private names = 0;

  constructor(emit: Emit, options: CopyOptions) {
    this.emit = emit;
    this.options = options;
    this.reader = createReader(options.limit);
    this.quotes = options.frames === undefined ? null : new QuoteFinder();
    this.anonymizer = options.anonymize === undefined ? null : new Anonymizer(options.anonymize);
  }

  /** What the capture says beside its frames, as far as it is read. */
  get info(): CaptureInfo {
    return this.reader.info;
  }

  get full(): boolean {
    return this.reader.full === true;
  }

  write(chunk: Uint8Array): void {
    this.reader.write(chunk);
    this.readOn();
  }

  end(): void {
    this.reader.end();
    this.readOn();
    this.writer ??= this.open(this.info.interfaces[0]?.linkType ?? ETHERNET);
    if (this.writer instanceof PcapngWriter) this.close(this.writer);
    this.writer.end();
  }

  private readOn(): void {
    const { reader, frame } = this;
    while (reader.next(frame)) this.step(frame);
  }

  /** One frame: is it meant? -> comments -> anonymous -> out. */
  private step(frame: Frame): void {
    const { frames, comments } = this.options;
    const isMeant = frames?.has(frame.number) ?? true;
    // Asked for every frame, for it remembers them.
    const isQuote = this.quotes?.belongs(frame, isMeant) ?? false;
    if (!isMeant && !isQuote) return;
    const own = this.anonymizer === null ? (frame.comments ?? []) : [];
    const all = [...own, ...(comments?.get(frame.number) ?? [])];
    frame.comments = all.length === 0 ? null : all;
    if (this.anonymizer?.rewrite(frame) === false) this.cut++;
    this.nameInterfaces();
    this.writer ??= this.open(frame.linkType);
    if (this.options.format === 'pcap' && frame.linkType !== this.linkType) {
      throw new CopyError(`link types ${this.linkType} and ${frame.linkType} need pcapng: one pcap holds one`);
    }
    this.writer.frame(frame);
    this.written++;
  }

  /** Opened at the first frame: what pcapng has to say of its file stands before it. */
  private open(linkType: number): CaptureWriter {
    const { info, emit, anonymizer } = this;
    const { format, application, fileComments = [] } = this.options;
    this.linkType = linkType;
    if (format === 'pcap') {
      const snapLength = info.interfaces.find((each) => each.linkType === linkType)?.snapLength ?? 0;
      return createPcapWriter(emit, { linkType, snapLength, nanoseconds: info.format !== 'pcap' });
    }
    const comments = anonymizer === null ? [...info.comments, ...fileComments] : fileComments;
    const writer = new PcapngWriter(emit, { interfaces: this.interfaces, comments, application });
    this.writeNames(writer);
    return writer;
  }

  /** Names come where they come; and statistics say when the capture ended, up to which waiting states are measured. */
  private close(writer: PcapngWriter): void {
    this.writeNames(writer);
    this.nameInterfaces();
    const { endSeconds, endNanos, dropped } = this.info;
    const end = endSeconds === null ? null : { seconds: endSeconds, nanos: endNanos };
    if (this.interfaces.length > 0 && (end !== null || dropped !== null)) writer.statistics(0, end, dropped);
  }

  private writeNames(writer: PcapngWriter): void {
    const { names } = this.info;
    if (this.anonymizer !== null || names.size === this.names) return;
    writer.names(new Map([...names].slice(this.names)));
    this.names = names.size;
  }

  /** Interfaces as the reader has met them so far. */
  private nameInterfaces(): void {
    for (const each of this.info.interfaces.slice(this.interfaces.length)) {
      this.interfaces.push(this.anonymizer === null ? each : { ...each, name: null });
    }
  }
}
