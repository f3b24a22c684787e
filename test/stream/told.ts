import type { HoleCause, Overlaps } from '../../lib/facts/stream.ts';
import { Budget } from '../../lib/tcp/stream/budget.ts';
import { ByteStream } from '../../lib/tcp/stream/byte-stream.ts';
import type { Difference, StreamListener } from '../../lib/tcp/stream/listener.ts';
import { type Piece, SURE } from '../../lib/tcp/stream/piece.ts';
import type { Beginning } from '../../lib/tcp/stream/settings.ts';

export interface Hole {
  readonly offset: number;
  readonly length: number;
  readonly cause: HoleCause;
}

/** Hears a stream, and writes it down; what does not follow on what came before is an error. */
export class Told implements StreamListener {
  readonly holes: Hole[] = [];
  readonly differences: Difference[] = [];
  readonly frames: number[] = [];
  length = 0;
  private readonly parts: Uint8Array[] = [];

  bytes(offset: number, piece: Piece): void {
    this.follow(offset, piece.bytes!.length);
    if (piece.bytes!.length !== piece.end - piece.start) throw new Error('a piece of another length than its bytes');
    this.parts.push(piece.bytes!);
    this.frames.push(piece.frame);
  }

  hole(offset: number, length: number, cause: HoleCause): void {
    this.follow(offset, length);
    this.holes.push({ offset, length, cause });
    this.parts.push(new Uint8Array(length));
  }

  differs(difference: Difference): void {
    this.differences.push(difference);
  }

  /** All of it, holes as zeros. */
  get content(): number[] {
    return this.parts.flatMap((each) => [...each]);
  }

  get text(): string {
    return new TextDecoder('latin1').decode(Uint8Array.from(this.content)).replaceAll('\0', '_');
  }

  private follow(offset: number, length: number): void {
    if (offset !== this.length || length <= 0) throw new Error(`${length} bytes at ${offset} after ${this.length}`);
    this.length += length;
  }
}

export interface Setting {
  readonly isn?: number;
  readonly beginning?: Beginning;
  readonly overlaps?: Overlaps;
  readonly limit?: number;
  readonly budget?: Budget;
  readonly onlyCompares?: boolean;
}

/** A stream under test: segments by their offset behind `isn + 1`, times in seconds. */
export class Rig {
  readonly told = new Told();
  readonly stream: ByteStream;
  readonly first: number;
  private frame = 0;

  constructor({
    isn = 1000,
    beginning = 'syn',
    overlaps = 'first',
    limit = 1 << 24,
    budget,
    onlyCompares = false,
  }: Setting = {}) {
    this.first = (isn + 1) | 0;
    const shared = budget ?? new Budget(1 << 28);
    this.stream = new ByteStream(this.told, this.first, beginning, { overlaps, budget: shared, limit, onlyCompares });
  }

  /** Payload at an offset; `length` on the wire where the capture has less. */
  put(offset: number, bytes: Uint8Array | string, { at = 0, doubt = SURE, length = bytes.length } = {}): this {
    const content = typeof bytes === 'string' ? Uint8Array.from(bytes, (c) => c.charCodeAt(0)) : bytes;
    this.frame++;
    this.stream.write((this.first + offset) | 0, length, content, this.frame, moment(at), doubt);
    return this;
  }

  ack(offset: number, at = 0): this {
    this.stream.acknowledge((this.first + offset) | 0, moment(at));
    return this;
  }

  fin(offset: number): this {
    this.stream.endAt((this.first + offset) | 0);
    return this;
  }

  finish(): Told {
    this.stream.finish();
    return this.told;
  }
}

function moment(at: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(at);
  return { seconds, nanos: Math.round((at - seconds) * 1e9) };
}
