import type { ConnectionFacts } from '../facts/connection.ts';
import type { Finding } from '../facts/finding.ts';
import { LiveLinter } from '../lint/live.ts';
import { createLinter } from '../lint/runtime.ts';
import { clock } from '../report/clock.ts';
import type { Interest, Source } from './analyse.ts';
import { concerns, type Judging, type Standard } from './judge.ts';
import { complain } from './main.ts';
import type { CaptureOptions } from './options.ts';
import type { Terminal } from './terminal.ts';

/** As `judging`, and tells on standard error what is found while the capture goes on, each finding once. */
export function tellingSoFar(
  judging: Judging,
  { config, selector }: Standard,
  origin: Source,
  tell: (finding: Finding) => void,
): Interest {
  const { onConnection, ...ask } = judging.ask;
  const live = new LiveLinter(() => createLinter(config, { origin }));
  /** Since the last step. */
  let selected = new Set<number>();
  const look = (facts: ConnectionFacts): void => {
    if (selector.matches(facts, origin)) {
      selected.add(facts.connection);
      live.connection(facts);
    }
  };
  return {
    ask: {
      ...ask,
      onConnection(facts) {
        onConnection?.(facts);
        look(facts);
      },
    },
    finish: (capture) => judging.finish?.(capture),
    soFar({ snapshot }) {
      const findings = live.step(snapshot(look));
      findings.filter((finding) => selector.all || concerns(finding, selected)).forEach(tell);
      selected = new Set();
    },
  };
}

/** A finding as a line on standard error. It may yet be refuted, and stands in the closing result if it is not. */
export function tellProvisional(finding: Finding, options: CaptureOptions, origin: Source, terminal: Terminal): void {
  const time = clock(options.timeFormat, finding.end, origin.start);
  const unit = options.timeFormat === 'relative' ? ' s' : '';
  complain(terminal, `provisional, at ${time}${unit}: ${finding.severity}: ${finding.message} [${finding.rule}]`);
}
