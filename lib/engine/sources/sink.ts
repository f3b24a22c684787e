import type { CaptureProblem } from '../../capture/reader.ts';

/** Where the bytes of a capture go: an analyzer, or anything with its two methods. */
export interface Sink {
  /** Lends a chunk (decompressed) until it returns. */
  write(chunk: Uint8Array): void;
  /** It has what it wants: nothing more need be read. */
  readonly full?: boolean;
  /** No more will come; `problem` tells why, if that was not the end of the file. */
  end(problem: CaptureProblem | null): void;
}

export type Compression = 'gzip' | 'zstd' | 'lz4';

/** Undoes one compression: a stage between the file and the sink, in bounded memory. */
export interface Decompressor {
  /** Takes a chunk, lent until this returns or what it returns resolves; what it yields has gone to the sink soon after. */
  write(chunk: Uint8Array): Promise<void> | void;
  /** The problem, if the compressed bytes stop short or are damaged: everything before it was written. */
  end(): Promise<CaptureProblem | null> | CaptureProblem | null;
  /** Why it takes no more, when damage was met. */
  readonly problem: CaptureProblem | null;
}
