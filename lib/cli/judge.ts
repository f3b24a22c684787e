import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import type { Finding } from '../facts/finding.ts';
import type { ResolvedConfig } from '../lint/config.ts';
import { createLinter } from '../lint/runtime.ts';
import type { Origin } from '../report/format.ts';
import type { Judged } from '../report/make-report.ts';
import type { Interest } from './analyse.ts';
import type { Expecting } from './expect.ts';
import { rulesByConnection, type Selector } from './selection.ts';

/** A capture that was read within a selection, to be judged as a whole once its neighbours are known. */
export interface Judging extends Interest {
  readonly capture: CaptureFacts | null;
  conclude(rotated: CaptureFacts['rotated'] | null): Judged;
}

export function beginJudging(
  config: ResolvedConfig,
  selector: Selector,
  origin: Origin,
  expecting: readonly Expecting[],
): Judging {
  const linter = createLinter(config);
  const selected = new Set<number>();
  /** Where findings decide what is selected, connections are judged twice: all of them, then those. */
  const held: ConnectionFacts[] = [];
  let read: CaptureFacts | null = null;
  return {
    ask: {
      wake: expecting.length > 0 ? -1 : linter.wake,
      onConnection(facts) {
        for (const each of expecting) {
          each.connection(facts);
        }
        if (selector.needsFindings) {
          held.push(facts);
          linter.connection(facts);
        } else if (selector.matches(facts, origin)) {
          if (!selector.all) {
            selected.add(facts.connection);
          }
          linter.connection(facts);
        }
      },
    },
    finish(capture) {
      read = capture;
    },
    get capture() {
      return read;
    },
    conclude(rotated) {
      const capture: CaptureFacts = rotated ? { ...read!, rotated } : read!;
      let result = linter.finish(capture);
      if (selector.needsFindings) {
        const found = rulesByConnection(result.findings);
        const second = createLinter(config);
        for (const facts of held.filter((each) => selector.matches(each, origin, found))) {
          selected.add(facts.connection);
          second.connection(facts);
        }
        result = second.finish(capture);
      }
      const found = selector.all ? result.findings : result.findings.filter((each) => concerns(each, selected));
      const unmet = expecting.map((each) => each.conclude(capture, result.findings)).filter((each) => each !== null);
      return { capture, findings: [...unmet, ...found], ruleRuns: result.ruleRuns };
    },
  };
}

/** With a selection, what is about other connections is left out; what is about the capture as a whole stays. */
function concerns({ connections }: Finding, selected: ReadonlySet<number>): boolean {
  return connections.length === 0 || connections.some((connection) => selected.has(connection));
}
