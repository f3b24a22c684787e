import { existsSync, readFileSync } from 'node:fs';
import { type Baseline, parseBaseline } from '../lint/baseline.ts';
import { json } from '../report/escape.ts';
import { CliError } from './exit.ts';
import { FileOutput, reason } from './output.ts';

export function readBaseline(path: string): Baseline {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const missing = existsSync(path) ? '' : ' (--update-baseline writes it)';
    const why = error instanceof SyntaxError ? `not JSON: ${error.message}` : reason(error) + missing;
    throw new CliError(`${path}: ${why}`);
  }
  const baseline = parseBaseline(value);
  if (baseline === null) {
    throw new CliError(`${path}: not a baseline (--update-baseline writes one)`);
  }
  return baseline;
}

export async function writeBaseline(path: string, baseline: Baseline): Promise<void> {
  const output = new FileOutput(path);
  output.write(`${json(baseline, 2)}\n`);
  await output.close();
}
