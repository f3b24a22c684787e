import { Argument, type Command } from 'commander';
import { closest } from '../../lint/spelling.ts';
import { explainRule } from '../../report/rules/explain.ts';
import { RULES } from '../../rules/index.ts';
import { CliError, DONE } from '../exit.ts';
import { pageCommand, pageFor } from '../options.ts';
import { StreamOutput } from '../output.ts';
import type { Terminal } from '../terminal.ts';

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  pageCommand(command.addArgument(new Argument('<topic...>', 'a rule, a state, or an idea'))).action(
    (words: string[], options: { readonly color?: boolean }) => run(explain(words.join(' '), options, terminal)),
  );
}

async function explain(topic: string, options: { readonly color?: boolean }, terminal: Terminal): Promise<number> {
  const page = pageFor(terminal, options, false);
  const rule = RULES.find(({ meta }) => meta.id === topic.toLowerCase());
  if (rule === undefined) {
    const near = closest(
      topic,
      RULES.map(({ meta }) => meta.id),
    );
    throw new CliError(`nothing to explain under '${topic}'${near === null ? '' : ` (did you mean ${near}?)`}`);
  }
  const output = new StreamOutput(terminal.stdout);
  output.write(explainRule(rule.meta, page));
  await output.close();
  return DONE;
}
