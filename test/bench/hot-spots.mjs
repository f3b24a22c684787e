#!/usr/bin/env node
/** Where a V8 CPU profile spent its time: functions by self time, and the hottest lines of each. */
import { readFileSync } from 'node:fs';

const FUNCTIONS = 30;
const LINES = 4;
const WORTH_SHOWING = 0.05;

for (const path of process.argv.slice(2)) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(path, 'utf8'));
  const timeOf = new Map();
  samples.forEach((id, index) => {
    timeOf.set(id, (timeOf.get(id) ?? 0) + timeDeltas[index]);
  });
  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  const functions = new Map();
  for (const { id, callFrame, hitCount, positionTicks = [] } of nodes) {
    const { functionName, url, lineNumber } = callFrame;
    const key = `${functionName || '(anonymous)'} ${url.replace(/^.*\/dist\//, '')}:${lineNumber + 1}`;
    const entry = functions.get(key) ?? { time: 0, ticks: 0, lines: new Map() };
    entry.time += timeOf.get(id) ?? 0;
    entry.ticks += hitCount;
    for (const { line, ticks } of positionTicks) entry.lines.set(line, (entry.lines.get(line) ?? 0) + ticks);
    functions.set(key, entry);
  }
  console.log(`${path}: ${(total / 1e6).toFixed(2)} s`);
  const hottest = [...functions].sort(([, a], [, b]) => b.time - a.time).slice(0, FUNCTIONS);
  for (const [key, { time, ticks, lines }] of hottest) {
    const share = ((100 * time) / total).toFixed(1);
    console.log(`${share.padStart(6)} % ${(time / 1e3).toFixed(0).padStart(7)} ms  ${key}`);
    const worst = [...lines].sort(([, a], [, b]) => b - a).slice(0, LINES);
    const shown = worst.filter(([, hits]) => hits > WORTH_SHOWING * ticks).map(([line, hits]) => `${line} (${hits})`);
    if (shown.length > 0) console.log(`${' '.repeat(20)}lines ${shown.join(', ')}`);
  }
}
