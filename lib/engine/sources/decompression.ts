import type { CaptureProblem } from '../../capture/reader.ts';
import type { Compression, Decompressor, Sink } from './sink.ts';

interface Kind {
  readonly compression: Compression;
  readonly magic: readonly number[];
  readonly create: (sink: Sink) => Promise<Decompressor>;
}

/** Formats by the bytes they begin with. Each is loaded when it is met. */
const KINDS: readonly Kind[] = [
  {
    compression: 'gzip',
    magic: [0x1f, 0x8b],
    create: async (sink) => new (await import('./gzip.ts')).GzipDecompressor(sink),
  },
  { compression: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], create: createZstd },
  // A frame to be skipped, which pzstd begins with.
  { compression: 'zstd', magic: [0x50, 0x2a, 0x4d, 0x18], create: createZstd },
  { compression: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18], create: createLz4 },
  { compression: 'lz4', magic: [0x02, 0x21, 0x4c, 0x18], create: createLz4 },
];

async function createZstd(sink: Sink): Promise<Decompressor> {
  return new (await import('./zstd/zstd.ts')).ZstdUnpacker(sink);
}

async function createLz4(sink: Sink): Promise<Decompressor> {
  return new (await import('./lz4.ts')).Lz4Unpacker(sink);
}

const MAGIC_BYTES = 4;

/** Looks at the first bytes and passes the rest through whatever undoes their compression, or straight on. */
export class Decompression {
  found: Compression | null = null;
  private readonly sink: Sink;
  private head: Uint8Array | null = new Uint8Array(0);
  private decompressor: Decompressor | null = null;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  /** It was damaged, or the sink has enough: no more is taken. */
  get stopped(): boolean {
    return this.sink.full === true || (this.decompressor !== null && this.decompressor.problem !== null);
  }

  write(chunk: Uint8Array): Promise<void> | void {
    if (this.head !== null) return this.begin(chunk);
    if (this.decompressor !== null) return this.decompressor.write(chunk);
    this.sink.write(chunk);
  }

  async end(): Promise<CaptureProblem | null> {
    if (this.head !== null && this.head.length > 0) await this.open(this.head);
    // What was not wanted any more is not missing.
    const problem = this.decompressor === null || this.sink.full ? null : await this.decompressor.end();
    this.sink.end(problem);
    return problem;
  }

  private begin(chunk: Uint8Array): Promise<void> | void {
    const head = this.head!;
    const bytes = head.length === 0 ? chunk : concatenated(head, chunk);
    if (bytes.length < MAGIC_BYTES) this.head = bytes.slice();
    else return this.open(bytes);
  }

  private async open(bytes: Uint8Array): Promise<void> {
    this.head = null;
    const kind = KINDS.find(({ magic }) => magic.every((byte, i) => bytes[i] === byte));
    if (kind !== undefined) {
      this.found = kind.compression;
      this.decompressor = await kind.create(this.sink);
    }
    await this.write(bytes);
  }
}

function concatenated(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
