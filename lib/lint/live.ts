import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import type { Finding } from '../facts/finding.ts';
import type { Linter } from './runtime.ts';

/** Findings remembered, so that each is told once; beyond, nothing more is told before the end. */
const MOST_TOLD = 4096;
/** What only the end of a capture can prove. */
const OF_THE_END: ReadonlySet<string> = new Set(['capture-empty']);

/** Judges a capture that still goes on: what `linter` would find if it ended at a step. It keeps nothing but what it has told. */
export class LiveLinter {
  private readonly linter: Linter;
  private readonly told = new Set<string>();

  constructor(linter: Linter) {
    this.linter = linter;
  }

  /**
   * What is found now and was not told before. Provisional: what comes later may refute it. `snapshot` tells of the
   * connections that have not ended, and of the capture.
   */
  step(snapshot: (tell: (facts: ConnectionFacts) => void) => CaptureFacts): Finding[] {
    const fork = this.linter.fork();
    const { findings } = fork.finish(snapshot((facts) => fork.connection(facts)));
    const news = findings.filter(({ rule, fingerprint }) => !OF_THE_END.has(rule) && !this.told.has(fingerprint));
    if (this.told.size + news.length > MOST_TOLD) return [];
    for (const { fingerprint } of news) this.told.add(fingerprint);
    return news;
  }
}
