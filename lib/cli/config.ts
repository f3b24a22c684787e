import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Confidence } from '../facts/verdict.ts';
import {
  type LintConfig,
  mergeRules,
  parseConfig,
  parseRuleArgument,
  type ResolvedConfig,
  resolveConfig,
} from '../lint/config.ts';
import { RULES } from '../rules/index.ts';
import { CliError } from './exit.ts';
import { reason } from './output.ts';
import type { Terminal } from './terminal.ts';
import { parseWord } from './values.ts';

/** What commander hands over of the options that configure judging. */
export interface ConfigOptions {
  readonly config?: string;
  readonly rule?: readonly string[];
  readonly minConfidence?: Confidence;
}

export function configOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration of the rules, as JSON')
    .option(
      '--rule <id:level>',
      'turn a rule off, on, or to a severity; or set an option, as in id:seconds=2; may be repeated',
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option(
      '--min-confidence <level>',
      'leave out findings less sure: high, medium, low',
      parseWord(['high', 'medium', 'low']),
    );
}

/** File, then `--rule` in their order, then `--min-confidence`. */
export async function loadConfig(options: ConfigOptions, _terminal: Terminal): Promise<ResolvedConfig> {
  let config: LintConfig = options.config === undefined ? {} : readConfig(options.config);
  for (const argument of options.rule ?? []) {
    const { setting, problems } = parseRuleArgument(argument, RULES);
    if (problems.length > 0) {
      throw new CliError(`--rule ${argument}: ${problems[0]}`);
    }
    config = { ...config, rules: mergeRules(config.rules, setting) };
  }
  if (options.minConfidence !== undefined) {
    config = { ...config, minConfidence: options.minConfidence };
  }
  return resolveConfig(config, RULES);
}

function readConfig(path: string): LintConfig {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new CliError(`${path}: ${error instanceof SyntaxError ? `not JSON: ${error.message}` : reason(error)}`);
  }
  const { config, problems } = parseConfig(value, RULES);
  if (problems.length > 0) {
    throw new CliError(`${path}: ${problems.join('; ')}`);
  }
  return config;
}
