import { Frame } from '../../capture/frame.ts';
import { emptyInfo, UNKNOWN_FORMAT } from '../../capture/info.ts';
import { createReader } from '../../capture/open.ts';
import type { CaptureInfo, CaptureInterface, CaptureProblem, CaptureReader } from '../../capture/reader.ts';
import { PcapngWriter } from '../../capture/writer.ts';
import type { FeedOptions } from './feed.ts';
import { InputError } from './input-error.ts';
import { PulledInput } from './pulled-input.ts';
import type { Compression, Sink } from './sink.ts';

/** What became of one of the files that were joined. */
export interface JoinedFile {
  readonly path: string;
  readonly format: string;
  readonly compression: Compression | null;
  readonly frames: number;
  readonly problems: readonly CaptureProblem[];
}

const NOTHING = new Uint8Array(0);

/** Between these, signals and other work get their turn. */
const FRAMES_PER_TURN = 50_000;

/**
 * Merges captures into one in order of time and feeds it, as pcapng, to a sink. Interfaces of all files stay apart;
 * names and drop counters are kept, comments of sections with them. Files are open only while their times overlap, so
 * that a ring of any number of files can be joined. Throws `InputError` for what can't be read or is no capture; damage
 * inside a file ends that file alone.
 */
export async function join(
  paths: readonly string[],
  sink: Sink,
  options: Pick<FeedOptions, 'signal' | 'onProgress'> = {},
): Promise<JoinedFile[]> {
  const sources = paths.map((path, order) => new Source(path, order));
  for (const source of sources) await source.probe();
  const out = new Joined(sink, sources);
  const waiting = sources.filter(({ started }) => started).sort(byTime);
  const open: Source[] = [];
  try {
    for (let frames = 1; !(options.signal?.aborted || sink.full); frames++) {
      let next = earliest(open);
      while (waiting.length > 0 && (next === null || byTime(waiting[0]!, next) < 0)) {
        const source = waiting.shift()!;
        if (await source.open()) open.push(source);
        next = earliest(open);
      }
      if (next === null) break;
      out.frame(next);
      if (!next.advance() && !(await next.refill())) open.splice(open.indexOf(next), 1);
      if (frames % FRAMES_PER_TURN === 0) {
        options.onProgress?.(sumOf(sources, 'bytesRead'), sumOf(sources, 'size'));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  } finally {
    for (const source of open) source.close();
  }
  const files = sources.map((source) => source.outcome());
  out.end(files);
  return files;
}

function sumOf(sources: readonly Source[], what: 'bytesRead' | 'size'): number {
  return sources.reduce((sum, source) => sum + source[what], 0);
}

/** Order of the frames that two sources are at; the file given first goes first. */
function byTime(a: Source, b: Source): number {
  return a.frame.seconds - b.frame.seconds || a.frame.nanos - b.frame.nanos || a.order - b.order;
}

function earliest(open: readonly Source[]): Source | null {
  let first: Source | null = null;
  for (const source of open) if (first === null || byTime(source, first) < 0) first = source;
  return first;
}

/** One of the files, and the frame it is at. */
class Source {
  readonly path: string;
  readonly order: number;
  readonly frame = new Frame();
  /** It holds a frame at all. */
  started = false;
  /** Of the file, once it has been opened; and what has been read of it. */
  size = 0;
  private closedAt = 0;
  info: CaptureInfo = emptyInfo();
  private reader: CaptureReader | null = null;
  private input: PulledInput | null = null;
  private frames = 0;
  private compression: Compression | null = null;
  private problems: readonly CaptureProblem[] = [];

  constructor(path: string, order: number) {
    this.path = path;
    this.order = order;
  }

  /** Reads up to the first frame, so that its time is known, and closes the file again. */
  async probe(): Promise<void> {
    if (this.path === '-') throw new InputError(this.path, 'standard input can not be joined with files');
    this.started = await this.open();
    this.close();
    this.closedAt = 0;
    this.frames = 0;
    if (this.info.format !== UNKNOWN_FORMAT) return;
    const [trouble] = this.problems.length > 0 ? this.problems : this.info.problems;
    throw new InputError(this.path, trouble?.reason ?? 'not a capture');
  }

  /** Opens the file and goes to its first frame. */
  async open(): Promise<boolean> {
    this.input = new PulledInput(this.path);
    this.size = this.input.size;
    this.reader = createReader();
    this.info = this.reader.info;
    this.frames = 0;
    return this.advance() || this.refill();
  }

  get bytesRead(): number {
    return this.input?.bytesRead ?? this.closedAt;
  }

  /** Goes to the next frame, if it has arrived. */
  advance(): boolean {
    if (!this.reader!.next(this.frame)) return false;
    this.frames++;
    return true;
  }

  /** Goes to the next frame with more bytes; closes the file where there is none. */
  async refill(): Promise<boolean> {
    for (;;) {
      const chunk = await this.input!.pull();
      if (chunk === null) break;
      this.reader!.write(chunk);
      if (this.advance()) return true;
    }
    this.reader!.end();
    const last = this.advance();
    if (!last) this.close();
    return last;
  }

  /** Lets go of everything but what was learnt. */
  close(): void {
    if (this.input === null) return;
    const { compression, problem, bytesRead } = this.input;
    this.closedAt = bytesRead;
    this.input.close();
    this.input = null;
    this.compression = compression;
    this.problems = problem === null ? this.info.problems : [...this.info.problems, problem];
    this.reader = null;
    this.frame.bytes = NOTHING;
  }

  outcome(): JoinedFile {
    const { path, compression, frames, problems } = this;
    return { path, format: this.info.format, compression, frames, problems };
  }
}

/** The joined capture: interfaces numbered anew, written in chunks. */
class Joined {
  private readonly sink: Sink;
  private readonly sources: readonly Source[];
  private readonly interfaces: CaptureInterface[] = [];
  /** By source, then by interface of its own: the number among all. */
  private readonly numbers: number[][];
  private readonly writer: PcapngWriter;

  constructor(sink: Sink, sources: readonly Source[]) {
    this.sink = sink;
    this.sources = sources;
    this.numbers = sources.map(() => []);
    const comments = sources.flatMap(({ info }) => info.comments);
    this.writer = new PcapngWriter((bytes) => sink.write(bytes), { interfaces: this.interfaces, comments });
  }

  frame({ frame, order, info }: Source): void {
    const own = frame.interface;
    frame.interface = this.numberOf(order, own, info.interfaces);
    this.writer.frame(frame);
    frame.interface = own;
  }

  end(files: readonly JoinedFile[]): void {
    for (const { order, info } of this.sources) {
      const { names, interfaces, endSeconds, endNanos, dropped } = info;
      this.writer.names(names);
      if (interfaces.length === 0 || (endSeconds === null && dropped === null)) continue;
      const end = endSeconds === null ? null : { seconds: endSeconds, nanos: endNanos };
      this.writer.statistics(this.numberOf(order, 0, interfaces), end, dropped);
    }
    this.writer.end();
    this.sink.end(firstProblem(files));
  }

  private numberOf(order: number, own: number, interfaces: readonly CaptureInterface[]): number {
    const numbers = this.numbers[order]!;
    while (numbers.length <= own) {
      numbers.push(this.interfaces.push(interfaces[numbers.length]!) - 1);
    }
    return numbers[own]!;
  }
}

function firstProblem(files: readonly JoinedFile[]): CaptureProblem | null {
  for (const { path, problems } of files) {
    const [problem] = problems;
    if (problem !== undefined) return { ...problem, reason: `${path}: ${problem.reason}` };
  }
  return null;
}
