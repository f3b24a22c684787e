import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';

/** What the module of a command exports. */
export interface CommandModule {
  /** Declares arguments and options, and what to do: `run` is told the exit code. */
  define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void;
}

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** The commands there are; `lint` is meant where none is named. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'lint',
    summary: 'find what is wrong in captures (the default)',
    load: () => import('./commands/lint.ts'),
  },
  { name: 'flows', summary: 'one row per connection', load: () => import('./commands/flows.ts') },
  {
    name: 'services',
    summary: 'one row per server address and port, worst first',
    load: () => import('./commands/services.ts'),
  },
  {
    name: 'report',
    summary: 'one page for a postmortem: verdict, findings, pictures of connections',
    load: () => import('./commands/report.ts'),
  },
  {
    name: 'timeline',
    summary: 'the states of both endpoints over time; a ladder for one connection',
    load: () => import('./commands/timeline.ts'),
  },
  {
    name: 'packets',
    summary: 'one row per TCP segment, with its verdict',
    load: () => import('./commands/packets.ts'),
  },
  {
    name: 'follow',
    summary: 'what a connection carried, in order: text, hex, or the bytes themselves',
    load: () => import('./commands/follow.ts'),
  },
  {
    name: 'netstat',
    summary: "a host's sockets and their states at any moment, or counted over time",
    load: () => import('./commands/netstat.ts'),
  },
  {
    name: 'compare',
    summary: 'what got better and worse from one capture to another; or what happened between two taps',
    load: () => import('./commands/compare.ts'),
  },
  {
    name: 'extract',
    summary: 'a smaller capture of what is meant, anonymous if need be',
    load: () => import('./commands/extract.ts'),
  },
  {
    name: 'annotate',
    summary: 'a capture whose packet comments carry the findings, for Wireshark',
    load: () => import('./commands/annotate.ts'),
  },
  { name: 'rules', summary: 'the rules there are', load: () => import('./commands/rules.ts') },
  { name: 'explain', summary: 'teach a rule, a state or an idea of TCP', load: () => import('./commands/explain.ts') },
  { name: 'init', summary: 'write a configuration to begin with', load: () => import('./commands/init.ts') },
  { name: 'completion', summary: 'a completion script for a shell', load: () => import('./commands/completion.ts') },
];
