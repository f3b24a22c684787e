#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { main } from '../lib/cli/main.ts';
import { processTerminal } from '../lib/cli/terminal.ts';

// What is allocated lives either for a packet or for a connection: a larger nursery saves nothing, and a heap that may
// double before it is swept holds as much garbage as connections (test/bench/DEAD-ENDS.md, flags of V8).
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=50');
// Most functions here are called from one place with one kind of object. Compiled with all they call, each of them again and
// again as more of it is seen, they are ready when half of a capture is over; by themselves, they are soon.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=300');
setFlagsFromString('--no-reset-ticks-on-ic-update');

const code = await main(process.argv.slice(2), processTerminal());
process.exitCode ??= code;
