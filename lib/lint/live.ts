import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import type { Finding } from '../facts/finding.ts';
import type { Linter } from './runtime.ts';

/** Findings remembered, so that each is told once; beyond, nothing more is told before the end. */
const MOST_TOLD = 4096;
/** What only the end of a capture can prove. */
const OF_THE_END: ReadonlySet<string> = new Set(['capture-empty']);

/**
 * Judges a capture that still goes on: the same rules, on what is known at a step. Give it every connection that ends, and
 * at each step those that live; it forgets all but which findings it has told.
 */
export class LiveLinter {
  private readonly create: () => Linter;
  private readonly told = new Set<string>();
  private linter: Linter;

  constructor(create: () => Linter) {
    this.create = create;
    this.linter = create();
  }

  connection(facts: ConnectionFacts): void {
    this.linter.connection(facts);
  }

  /** What is found now and was not told before. Provisional: what comes later may refute it. */
  step(capture: CaptureFacts): Finding[] {
    const { findings } = this.linter.finish(capture);
    this.linter = this.create();
    const news = findings.filter(({ rule, fingerprint }) => !OF_THE_END.has(rule) && !this.told.has(fingerprint));
    if (this.told.size + news.length > MOST_TOLD) return [];
    for (const { fingerprint } of news) this.told.add(fingerprint);
    return news;
  }
}
