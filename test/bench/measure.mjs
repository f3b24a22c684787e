/** Whole processes, as a user waits for them: wall time, processor time, peak memory. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const GNU_TIME = '/usr/bin/time';
const hasGnuTime = existsSync(GNU_TIME);
const POLL_MILLISECONDS = 10;

/**
 * Runs a command with its output thrown away, in a directory of its own. Resolves to `{ seconds, cpuSeconds,
 * peakBytes, exit }`; `cpuSeconds` is null where the system does not tell.
 */
export async function run([command, ...args]) {
  const directory = mkdtempSync(join(tmpdir(), 'tcplint-bench-'));
  try {
    return hasGnuTime ? await runUnderTime(command, args, directory) : await runPolled(command, args, directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function runUnderTime(command, args, directory) {
  const account = join(directory, 'account');
  const { seconds, exit } = await timed(GNU_TIME, ['-f', '%U %S %M', '-o', account, command, ...args], directory);
  const lastLine = readFileSync(account, 'utf8').trim().split('\n').at(-1);
  const [user, system, kibibytes] = lastLine.split(' ').map(Number);
  return { seconds, cpuSeconds: user + system, peakBytes: kibibytes * 1024, exit };
}

/** Without GNU time: the high-water mark of the process's memory, looked at until it is gone (Linux). */
async function runPolled(command, args, directory) {
  let peakBytes = 0;
  let timer = null;
  const watch = (pid) => {
    timer = setInterval(() => {
      peakBytes = Math.max(peakBytes, highWaterMark(pid));
    }, POLL_MILLISECONDS);
  };
  const result = await timed(command, args, directory, watch);
  clearInterval(timer);
  return { ...result, cpuSeconds: null, peakBytes };
}

function highWaterMark(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
  } catch {
    return 0;
  }
}

function timed(command, args, cwd, onPid = () => {}) {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'ignore'] });
    child.on('error', reject);
    child.on('exit', (exit) => resolve({ seconds: Number(process.hrtime.bigint() - start) / 1e9, exit }));
    onPid(child.pid);
  });
}

/** First line that a command prints when asked for its version; null when it is not installed. */
export function versionOf(command, args, pattern) {
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) return null;
  return pattern.exec(`${stdout}\n${stderr}`)?.[1] ?? 'unknown version';
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
