import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import type { Finding } from '../facts/finding.ts';
import { EVERY_CONNECTION } from '../facts/notes.ts';
import type { ResolvedConfig } from '../lint/config.ts';
import { type Expectation, Expecting } from '../lint/expect.ts';
import { LiveLinter } from '../lint/live.ts';
import { createLinter, type Judgement, type Linter } from '../lint/runtime.ts';
import type { Judged } from '../report/make-report.ts';
import type { Interest, SoFar, Source } from './analyse.ts';
import type { Selector } from './selection.ts';

/** What rules ask of payload, where they do: it costs time and memory, and is off in most presets. */
export function payloadFor({ comparesPayload }: Linter): Pick<Interest['ask'], 'payload'> {
  return comparesPayload ? { payload: {} } : {};
}

/** What a capture is judged by. */
export interface Standard {
  readonly config: ResolvedConfig;
  readonly selector: Selector;
  readonly expectations?: readonly Expectation[];
  readonly allowInline?: boolean;
}

/** A capture that was read within a selection, to be judged as a whole once its neighbours are known. */
export interface Judging extends Interest {
  readonly capture: CaptureFacts | null;
  /** What is found so far, each finding once. Provisional: what comes later may refute it. */
  newsOf(snapshot: SoFar['snapshot']): Finding[];
  conclude(rotated: CaptureFacts['rotated'] | null): Judged;
}

export function beginJudging(standard: Standard, origin: Source): Judging {
  const { config, selector, expectations = [], allowInline = false } = standard;
  const expecting = expectations.map((each) => new Expecting(each, origin));
  const keepFound = selector.needsFindings || expecting.length > 0;
  const options = { origin, allowInline, keepFound };
  const linter = createLinter(config, options);
  const selected = new Set<number>();
  /** Where findings decide what is selected, connections are judged twice: all of them, then those. */
  const held: ConnectionFacts[] = [];
  const comments: [string, number | null][] = [];
  let read: CaptureFacts | null = null;
  const live = new LiveLinter(linter);
  return {
    ask: {
      wake: expecting.length > 0 ? EVERY_CONNECTION : linter.wake,
      lends: expecting.length === 0 && !selector.needsFindings,
      ...payloadFor(linter),
      onComment(text, frame) {
        linter.comment(text, frame);
        if (selector.needsFindings) {
          comments.push([text, frame]);
        }
      },
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
    newsOf(snapshot) {
      const alive = new Set<number>();
      const findings = live.step((tell) =>
        snapshot((facts) => {
          if (selector.matches(facts, origin)) {
            alive.add(facts.connection);
            tell(facts);
          }
        }),
      );
      return selector.all ? findings : findings.filter((each) => concerns(each, selected) || concerns(each, alive));
    },
    conclude(rotated) {
      const capture: CaptureFacts = rotated ? { ...read!, rotated } : read!;
      let result: Judgement = linter.finish(capture);
      if (selector.needsFindings) {
        const second = createLinter(config, options);
        for (const [text, frame] of comments) {
          second.comment(text, frame);
        }
        for (const facts of held.filter((each) => selector.matches(each, origin, result.found))) {
          selected.add(facts.connection);
          second.connection(facts);
        }
        result = second.finish(capture);
      }
      const findings = selector.all ? result.findings : result.findings.filter((each) => concerns(each, selected));
      const unmet = expecting
        .map((each) => each.conclude(capture, result.findings, result.found))
        .filter((each) => each !== null);
      return { ...result, capture, findings: [...unmet, ...findings] };
    },
  };
}

/** With a selection, what is about other connections is left out; what is about the capture as a whole stays. */
function concerns({ connections }: Finding, selected: ReadonlySet<number>): boolean {
  return connections.length === 0 || connections.some((connection) => selected.has(connection));
}
