import type { Finding } from '../facts/finding.ts';
import { when } from '../report/clock.ts';
import type { Interest, Source } from './analyse.ts';
import type { Judging } from './judge.ts';
import { complain } from './main.ts';
import type { CaptureOptions } from './options.ts';
import type { Terminal } from './terminal.ts';

/** As `judging`, and tells on standard error what is found while the capture goes on, each finding once. */
export function tellingSoFar(judging: Judging, tell: (finding: Finding) => void): Interest {
  return {
    ask: judging.ask,
    finish: (capture) => judging.finish?.(capture),
    soFar: ({ snapshot }) => judging.newsOf(snapshot).forEach(tell),
  };
}

/** A finding as a line on standard error. It may yet be refuted, and stands in the closing result if it is not. */
export function tellProvisional(finding: Finding, options: CaptureOptions, origin: Source, terminal: Terminal): void {
  const time = when(options.timeFormat, finding.end, origin.start);
  complain(terminal, `provisional, at ${time}: ${finding.severity}: ${finding.message} [${finding.rule}]`);
}
