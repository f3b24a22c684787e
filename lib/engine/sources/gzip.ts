import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';
import type { CaptureProblem } from '../../capture/reader.ts';
import type { Decompressor, Sink } from './sink.ts';

/** Large enough that hand-overs between the threads don't show, small enough to stay in the cache. */
const OUTPUT_CHUNK_BYTES = 128 * 1024;

/** Names and comments in a header have no length: so much is believed of all. */
const MOST_HEADER_BYTES = 128 * 1024;

const EMPTY = new Uint8Array(0);

/**
 * gzip (RFC 1952), several members in a row included, and whatever is no gzip behind them left alone. Inflating runs on
 * another thread while the sink works: what was inflated is passed on a turn later, when the next piece is already
 * under way (and never more than about two pieces wait).
 */
export class GzipDecompressor implements Decompressor {
  problem: CaptureProblem | null = null;
  private readonly sink: Sink;
  /** What comes next: a member's header, its data, its trailer; or nothing. */
  private stage: 'header' | 'body' | 'trailer' | 'over' = 'header';
  /** The beginning of a header or trailer that has not arrived whole. */
  private held: Uint8Array = EMPTY;
  private inflate: InflateRaw | null = null;
  private settle: (() => void) | null = null;
  private broken: unknown = null;
  private inflated = 0;
  private members = 0;
  // Of the member.
  private sum = 0;
  private size = 0;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  async write(chunk: Uint8Array): Promise<void> {
    let rest = chunk;
    while (rest.length > 0 && this.problem === null && this.stage !== 'over') {
      if (this.stage === 'body') {
        rest = await this.body(rest);
        continue;
      }
      const bytes = this.held.length === 0 ? rest : joined(this.held, rest);
      const length = this.stage === 'header' ? this.header(bytes) : this.trailer(bytes);
      this.held = length === null ? bytes.slice() : EMPTY;
      rest = length === null ? EMPTY : bytes.subarray(length);
      if (this.held.length > MOST_HEADER_BYTES) this.stop('damaged', 'the gzip data are damaged: endless header');
    }
    if (this.broken !== null) throw this.broken;
  }

  async end(): Promise<CaptureProblem | null> {
    // The last bytes have been inflated by now: an early end loses nothing that was there.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.broken !== null) throw this.broken;
    const ended = this.stage === 'over' || (this.stage === 'header' && this.members > 0);
    if (!ended) this.stop('truncated', 'the gzip data end early');
    this.inflate?.destroy();
    return this.problem;
  }

  /** How long the header is; null while that can't be told. What is none, behind a member, is not read. */
  private header(bytes: Uint8Array): number | null {
    if (bytes[0] !== 0x1f || (bytes.length > 1 && bytes[1] !== 0x8b)) {
      this.stage = 'over';
      return 0;
    }
    const length = headerLength(bytes);
    if (length !== null) this.begin();
    return length;
  }

  private begin(): void {
    this.stage = 'body';
    this.sum = this.size = 0;
    const inflate = createInflateRaw({ chunkSize: OUTPUT_CHUNK_BYTES });
    inflate.on('data', (chunk: Buffer) => {
      this.sum = crc32(chunk, this.sum);
      this.size = (this.size + chunk.length) >>> 0;
      this.inflated += chunk.length;
      setImmediate(() => this.pass(chunk));
    });
    inflate.on('error', (error) => {
      this.stop('damaged', `the gzip data are damaged: ${error.message}`);
      this.settle?.();
    });
    inflate.on('end', () => {
      this.stage = 'trailer';
      this.settle?.();
    });
    this.inflate = inflate;
  }

  private pass(chunk: Uint8Array): void {
    if (this.broken !== null) return;
    try {
      this.sink.write(chunk);
    } catch (error) {
      this.broken = error;
    }
  }

  /** Inflates; what is left is behind the member's data. */
  private async body(bytes: Uint8Array): Promise<Uint8Array> {
    const inflate = this.inflate!;
    const before = inflate.bytesWritten;
    await new Promise<void>((resolve) => {
      this.settle = resolve;
      inflate.write(bytes, () => resolve());
    });
    return this.stage === 'body' ? EMPTY : bytes.subarray(inflate.bytesWritten - before);
  }

  /** Checksum and length of what was inflated. */
  private trailer(bytes: Uint8Array): number | null {
    if (bytes.length < 8) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const right = view.getUint32(0, true) === this.sum && view.getUint32(4, true) === this.size;
    if (!right) this.stop('damaged', 'the gzip data are damaged: incorrect data check');
    this.members++;
    this.stage = 'header';
    return 8;
  }

  private stop(kind: CaptureProblem['kind'], reason: string): void {
    this.problem ??= { kind, offset: this.inflated, reason };
  }
}

// Flags of a member's header (RFC 1952 2.3.1).
const HEADER_SUM = 0x02;
const EXTRA = 0x04;
const NAME = 0x08;
const COMMENT = 0x10;

/** Length of a member's header, null where it is not whole. */
function headerLength(bytes: Uint8Array): number | null {
  if (bytes.length < 12) return null;
  const flags = bytes[3]!;
  let length = 10;
  if (flags & EXTRA) length += 2 + (bytes[10]! | (bytes[11]! << 8));
  for (const text of [NAME, COMMENT]) {
    if ((flags & text) === 0) continue;
    const end = bytes.indexOf(0, length);
    if (end < 0) return null;
    length = end + 1;
  }
  if (flags & HEADER_SUM) length += 2;
  return length <= bytes.length ? length : null;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
