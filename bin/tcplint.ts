#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { main } from '../lib/cli/main.ts';
import { processTerminal } from '../lib/cli/terminal.ts';

// What is allocated lives either for a packet or for a connection: a larger nursery saves nothing, and a heap that may
// double before it is swept holds as much garbage as connections (test/bench/DEAD-ENDS.md, flags of V8).
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=50');

const code = await main(process.argv.slice(2), processTerminal());
process.exitCode ??= code;
