import { Inbox } from '../../capture/inbox.ts';
import type { CaptureProblem } from '../../capture/reader.ts';
import type { Compression, Decompressor, Sink } from './sink.ts';

/** What was met in the compressed bytes that can't be. */
export class DamageError extends Error {}

/** The frame of a synchronous decompressor: a format is a step that is taken again and again. */
export abstract class Unpacker implements Decompressor {
  problem: CaptureProblem | null = null;
  protected readonly inbox = new Inbox();
  private readonly sink: Sink;
  private readonly compression: Compression;
  private unpacked = 0;

  constructor(compression: Compression, sink: Sink) {
    this.compression = compression;
    this.sink = sink;
  }

  write(chunk: Uint8Array): void {
    if (this.problem !== null) return;
    this.inbox.write(chunk);
    try {
      while (this.step());
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      this.stop('damaged', `the ${this.compression} data are damaged: ${error.message}`);
    }
  }

  end(): CaptureProblem | null {
    if (this.problem === null && !this.atBoundary()) {
      this.salvage();
      this.stop('truncated', `the ${this.compression} data end early`);
    }
    return this.problem;
  }

  /** Takes one step if enough bytes have arrived for it; false when they haven't. Throws `DamageError`. */
  protected abstract step(): boolean;

  /** The data may end here. */
  protected abstract atBoundary(): boolean;

  /** Emits what can be had of a step whose bytes did not all arrive. */
  protected salvage(): void {}

  protected emit(bytes: Uint8Array): void {
    this.unpacked += bytes.length;
    this.sink.write(bytes);
  }

  private stop(kind: CaptureProblem['kind'], reason: string): void {
    this.problem = { kind, offset: this.unpacked, reason };
    this.inbox.discard();
  }
}
