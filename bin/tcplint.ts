#!/usr/bin/env node
import { holdHeap } from '../lib/cli/heap.ts';
import { main } from '../lib/cli/main.ts';
import { processTerminal } from '../lib/cli/terminal.ts';

holdHeap();

const code = await main(process.argv.slice(2), processTerminal());
process.exitCode ??= code;
