import { existsSync } from 'node:fs';
import { Argument, type Command } from 'commander';
import { explainIdea, ideaList } from '../../report/ideas/explain.ts';
import { findIdea, IDEAS, topicKey } from '../../report/ideas/index.ts';
import type { PageOptions } from '../../report/page.ts';
import { explainRule } from '../../report/rules/explain.ts';
import { RULES } from '../../rules/index.ts';
import { closest } from '../../select/nearest.ts';
import { CliError, DONE } from '../exit.ts';
import { explainWhere } from '../explain-where.ts';
import { type PageChoices, pageCommand, pageFor } from '../options.ts';
import { StreamOutput } from '../output.ts';
import type { Terminal } from '../terminal.ts';

/** The language of `--where` is a topic as well. */
const WHERE = 'where';

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  const topic = new Argument('[topic...]', 'a rule, a state, an idea, or where; without one, what there is');
  const capture = 'captures after the topic: the places in them where it shows';
  pageCommand(command.addArgument(topic))
    .addHelpText('after', `\nName ${capture}.\n\`tcplint explain where\` is about the language of --where.`)
    .action((words: string[], options: PageChoices) => run(explain(words, options, terminal)));
}

async function explain(words: readonly string[], options: PageChoices, terminal: Terminal): Promise<number> {
  const page = pageFor(terminal, options, false);
  const end = firstCapture(words);
  const topic = (end < 0 ? words : words.slice(0, end)).join(' ');
  const text = topic === '' ? ideaList(page) : explanation(topic, page);
  const output = new StreamOutput(terminal.stdout);
  output.write(text);
  if (end < 0) {
    await output.close();
    return DONE;
  }
  const { showPlaces } = await import('../places.ts');
  return showPlaces(
    topicSubject(topic),
    words.slice(end),
    { ...options, timeFormat: page.timeFormat },
    output,
    terminal,
  );
}

/** Where captures begin: at the first that is there, else behind the topic; -1 where none is named. */
function firstCapture(words: readonly string[]): number {
  const there = words.findIndex((word, i) => i > 0 && (word === '-' || existsSync(word)));
  if (there >= 0 || isTopic(words.join(' '))) return there;
  return words.findLastIndex((_, i) => i > 0 && isTopic(words.slice(0, i).join(' ')));
}

function isTopic(text: string): boolean {
  return findIdea(text) !== undefined || RULES.some(({ meta }) => meta.id === topicKey(text));
}

function explanation(topic: string, page: PageOptions): string {
  if (topicKey(topic) === WHERE) {
    return explainWhere(page);
  }
  const rule = RULES.find(({ meta }) => meta.id === topicKey(topic));
  if (rule !== undefined) {
    return explainRule(rule.meta, page);
  }
  const idea = findIdea(topic);
  if (idea !== undefined) {
    return explainIdea(idea, new Set(RULES.map(({ meta }) => meta.id)), page);
  }
  const known = [WHERE, ...RULES.map(({ meta }) => meta.id), ...IDEAS.flatMap(({ id, aliases }) => [id, ...aliases])];
  const near = closest(topicKey(topic), known);
  throw new CliError(
    `nothing to explain under '${topic}'${near === null ? '; tcplint explain lists what there is' : ` (did you mean ${near}?)`}`,
  );
}

/** Rules and the state whose places in a capture belong to a topic. */
function topicSubject(topic: string): { readonly rules: readonly string[]; readonly state?: string } {
  const idea = findIdea(topic);
  const rule = RULES.some(({ meta }) => meta.id === topicKey(topic)) ? [topicKey(topic)] : [];
  return {
    rules: [...rule, ...(idea?.rules ?? [])],
    ...(idea?.state === undefined ? {} : { state: idea.state }),
  };
}
