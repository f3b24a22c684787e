import type { Suppressed } from '../facts/report.ts';
import type { Rule } from '../rules/rule.ts';
import { idsOf, unknown } from './read.ts';

/** A suppression while it is counted: findings on different connections count one by one. */
type Suppression = { -readonly [key in keyof Omit<Suppressed, 'capture' | 'honoured'>]: Suppressed[key] };

const IGNORE = /^\s*tcplint-ignore\b\s*(.*)$/;
/** Kept of one capture: a hostile one has millions. */
const MOST = 10_000;

/**
 * The suppressions that comments in a capture hold: those of a packet for findings that cite its frame, those of a
 * section for the whole capture.
 */
export class Suppressions {
  private readonly all: Suppression[] = [];
  /** Comments that mean to suppress something and are not understood. */
  readonly problems: string[] = [];
  private readonly ids: readonly string[];
  private readonly byFrame = new Map<number, Suppression[]>();
  private readonly ofCapture: Suppression[] = [];

  constructor(rules: readonly Rule[]) {
    this.ids = idsOf(rules);
  }

  /** Reads the lines of a comment. */
  add(comment: string, frame: number | null): void {
    for (const line of comment.split(/\r?\n/)) {
      const wanted = IGNORE.exec(line)?.[1];
      if (wanted !== undefined && this.all.length + this.problems.length < MOST) this.read(wanted, frame);
    }
  }

  private read(wanted: string, frame: number | null): void {
    const [, rules = '', reason] = /^([^:]*):\s*(\S.*)$/.exec(wanted) ?? [];
    const where = frame === null ? 'section comment' : `comment of frame ${frame}`;
    if (reason === undefined) {
      this.problems.push(`${where}: write "tcplint-ignore RULE: REASON"`);
      return;
    }
    for (const rule of rules.split(/[\s,]+/).filter((each) => each !== '')) {
      if (this.ids.includes(rule)) this.put({ rule, reason, frame, findings: 0 });
      else this.problems.push(`${where}: ${unknown('rule', rule, this.ids)}`);
    }
  }

  private put(suppression: Suppression): void {
    const { frame } = suppression;
    this.all.push(suppression);
    if (frame === null) this.ofCapture.push(suppression);
    else if (this.byFrame.has(frame)) this.byFrame.get(frame)!.push(suppression);
    else this.byFrame.set(frame, [suppression]);
  }

  told(capture: string, honoured: boolean): Suppressed[] {
    return this.all.map((each) => ({ capture, ...each, honoured }));
  }

  /** A finding of `rule` that cites `frames` is taken back by comments on them; each is counted. */
  takesBack(rule: string, frames: readonly number[]): boolean {
    if (this.byFrame.size === 0) return false;
    return count(
      frames.flatMap((frame) => this.byFrame.get(frame) ?? []).filter((each) => each.rule === rule),
      1,
    );
  }

  /** Findings of `rule` are taken back wherever they are: `times` of them. */
  takesBackAll(rule: string, times: number): boolean {
    return count(
      this.ofCapture.filter((each) => each.rule === rule),
      times,
    );
  }
}

function count(suppressions: readonly Suppression[], times: number): boolean {
  for (const each of suppressions) each.findings += times;
  return suppressions.length > 0;
}
