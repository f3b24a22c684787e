#!/usr/bin/env node
import { main } from '../lib/cli/main.ts';
import { processTerminal } from '../lib/cli/terminal.ts';

const code = await main(process.argv.slice(2), processTerminal());
process.exitCode ??= code;
