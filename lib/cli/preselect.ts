import type { ConnectionFacts } from '../facts/connection.ts';
import type { ResolvedConfig } from '../lint/config.ts';
import type { FoundRules } from '../lint/expect.ts';
import { createLinter } from '../lint/runtime.ts';
import { analyse } from './analyse.ts';
import { CliError } from './exit.ts';
import { isReadOnce } from './inputs.ts';
import { payloadFor } from './judge.ts';
import type { CaptureOptions } from './options.ts';
import type { Selector } from './selection.ts';
import type { Terminal } from './terminal.ts';

export interface Preselected {
  readonly connections: ReadonlyMap<number, ConnectionFacts>;
  readonly found: FoundRules;
}

/**
 * A first reading that finds out which connections are meant, for those who must know before the first packet. Keeps
 * the facts of these alone. By path; inputs that can't be read are left out, without a word: the second reading tells.
 */
export async function preselect(
  paths: readonly string[],
  selector: Selector,
  config: ResolvedConfig,
  options: CaptureOptions,
  terminal: Terminal,
): Promise<ReadonlyMap<string, Preselected>> {
  if (paths.some(isReadOnce)) {
    throw new CliError('--where on packets reads a capture twice: give a file, not standard input or a pipe');
  }
  const known = new Map<string, Preselected>();
  const silent: Terminal = { ...terminal, stderr: { write: () => true } as unknown as Terminal['stderr'] };
  await analyse(
    paths,
    options,
    silent,
    (origin) => {
      const linter = createLinter(config, { origin, keepFound: true });
      const connections = new Map<number, ConnectionFacts>();
      return {
        ask: {
          ...(selector.needsFindings ? payloadFor(linter) : {}),
          onConnection(facts) {
            if (selector.needsFindings) {
              linter.connection(facts);
            }
            if (selector.needsFindings || selector.matches(facts, origin)) {
              connections.set(facts.connection, facts);
            }
          },
        },
        finish(capture) {
          const found: FoundRules = selector.needsFindings ? linter.finish(capture).found : new Map();
          const meant = [...connections].filter(([, facts]) => selector.matches(facts, origin, found));
          known.set(origin.path, { connections: new Map(meant), found });
        },
      };
    },
    () => {},
  );
  return known;
}
