import { Argument, Command, type Option } from 'commander';
import { COMMANDS } from '../commands.ts';
import { completionScript, SHELLS, type Shell, type Words } from '../completion.ts';
import { DONE } from '../exit.ts';
import type { Terminal } from '../terminal.ts';

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  command
    .addArgument(new Argument('<shell>', 'whose it is').choices([...SHELLS]))
    .addHelpText('after', '\nFor bash:\n  tcplint completion bash > ~/.local/share/bash-completion/completions/tcplint')
    .action((shell: Shell) => run(completion(shell, terminal)));
}

/** A script for the shell, made from the commands' own definitions. */
async function completion(shell: Shell, terminal: Terminal): Promise<number> {
  const words: Words[] = [];
  for (const { name, summary, load } of COMMANDS) {
    const command = new Command(name);
    (await load()).define(command, terminal, async () => {});
    words.push({ name, summary, options: command.options.filter((option) => !option.hidden).map(optionWords) });
  }
  terminal.stdout.write(completionScript(shell, words));
  return DONE;
}

function optionWords(option: Option): Words['options'][number] {
  const listed = /^(?:.*: )?((?:[a-z0-9]+, )+[a-z0-9]+)(?:[;:].*)?$/.exec(option.description)?.[1];
  return {
    long: option.long ?? '',
    short: option.short ?? null,
    summary: option.description,
    takesValue: option.required || option.optional,
    values: option.required && listed !== undefined ? listed.split(', ') : [],
  };
}
