import type { ConnectionSummary } from './summary.ts';

/** Attempts that one service keeps: enough to find each source of a scan, too few to feel a flood. */
const KEPT = 16;
/** Unlike any connection's number: what was used to send something comes after all that was only tried. */
const USED = 2 ** 40;

/** One source's first attempt to reach a service. */
export class Attempt {
  readonly rank: number;
  readonly number: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly seconds: number;
  readonly nanos: number;
  readonly answer: 'none' | 'refused' | 'open';
  private readonly a: number;
  private readonly b: number;
  private readonly c: number;
  private readonly d: number;

  constructor(c: ConnectionSummary, rank: number) {
    this.rank = rank;
    this.number = c.number;
    this.firstFrame = c.firstFrame;
    this.lastFrame = c.lastFrame;
    this.seconds = c.startSeconds;
    this.nanos = c.startNanos;
    this.answer = c.refused ? 'refused' : c.answered ? 'open' : 'none';
    this.a = c.client[0]!;
    this.b = c.client[1]!;
    this.c = c.client[2]!;
    this.d = c.client[3]!;
  }

  isFrom({ client }: ConnectionSummary): boolean {
    return this.d === client[3] && this.c === client[2] && this.b === client[1] && this.a === client[0];
  }

  /** The source as four int32s. */
  get source(): readonly [number, number, number, number] {
    return [this.a, this.b, this.c, this.d];
  }
}

/**
 * Who tried to reach a service: a few sources, those first that sent nothing over it. A scan is found in the few that
 * each of many services keeps; a flood from forged addresses to one service fills its few places and costs no more.
 */
export class Attempts {
  private kept: Attempt[] | null = null;

  add(c: ConnectionSummary): void {
    const rank = c.bytes > 0 ? c.number + USED : c.number;
    this.kept ??= [];
    const { kept } = this;
    if (kept.length >= KEPT && rank > kept[kept.length - 1]!.rank) return;
    for (let i = 0; i < kept.length; i++) {
      if (!kept[i]!.isFrom(c)) continue;
      if (kept[i]!.rank <= rank) return;
      kept.splice(i, 1);
      break;
    }
    let i = kept.length;
    while (i > 0 && kept[i - 1]!.rank > rank) i--;
    kept.splice(i, 0, new Attempt(c, rank));
    if (kept.length > KEPT) kept.pop();
  }

  [Symbol.iterator](): Iterator<Attempt> {
    return (this.kept ?? []).values();
  }
}
