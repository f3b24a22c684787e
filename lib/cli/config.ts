import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { PRESETS, type Preset } from '../facts/rule.ts';
import type { Confidence } from '../facts/verdict.ts';
import { type LintConfig, mergeRules, type ResolvedConfig, resolveConfig } from '../lint/config.ts';
import { parseConfig, parseRuleArgument } from '../lint/parse.ts';
import { RULES } from '../rules/index.ts';
import { CliError } from './exit.ts';
import { OWN_OPTIONS } from './options.ts';
import { reason } from './output.ts';
import { parseWord } from './values.ts';

/** What commander hands over of the options that configure judging. */
export interface ConfigOptions {
  /** A file; true when none was named; false with `--no-config`. */
  readonly config?: string | boolean;
  readonly preset?: Preset;
  readonly rule?: readonly string[];
  readonly minConfidence?: Confidence;
}

export const CONFIG_NAMES = ['json', 'js', 'mjs', 'ts'].map((ending) => `tcplint.config.${ending}`);

/** Which configuration: all that commands need that judge nothing. */
export function configFileOptions(command: Command): Command {
  return command
    .optionsGroup('Configuration:')
    .option(
      '--config <file>',
      `configuration; without it, the nearest ${CONFIG_NAMES[0]} (.js, .mjs, .ts) upward from here`,
    )
    .option('--no-config', 'no configuration file')
    .optionsGroup(OWN_OPTIONS);
}

export function configOptions(command: Command): Command {
  return configFileOptions(command)
    .optionsGroup('Configuration:')
    .option('--preset <name>', `what is judged: ${PRESETS.join(', ')}`, parseWord(PRESETS))
    .option(
      '--rule <id:level>',
      'turn a rule off, on, or to a severity; or set an option, as in id:seconds=2; may be repeated',
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option(
      '--min-confidence <level>',
      'leave out findings less sure: high, medium, low',
      parseWord(['high', 'medium', 'low']),
    )
    .optionsGroup(OWN_OPTIONS);
}

/** A configuration as written, and where; null where there is none. */
export interface FoundConfig {
  readonly path: string | null;
  readonly config: LintConfig;
}

/** File, then `--preset`, then `--rule` in their order, then `--min-confidence`. */
export async function findConfig(options: ConfigOptions): Promise<FoundConfig> {
  const { path, config: read } = await findConfigFile(options.config);
  let config = options.preset === undefined ? read : { ...read, extends: options.preset };
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
  return { path, config };
}

export async function loadConfig(options: ConfigOptions): Promise<ResolvedConfig> {
  return resolveConfig((await findConfig(options)).config, RULES);
}

/** A file; true or nothing for the nearest one, false for none. */
export async function findConfigFile(wanted: string | boolean | undefined): Promise<FoundConfig> {
  const path = typeof wanted === 'string' ? wanted : wanted === false ? null : nearest();
  return { path, config: path === null ? {} : checked(path, await load(path)) };
}

/** Upward from the working directory; never from a capture's folder, which may be a stranger's. */
function nearest(): string | null {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const path = CONFIG_NAMES.map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
    if (path !== undefined) {
      return path;
    }
    if (folder === dirname(folder)) {
      return null;
    }
  }
}

async function load(path: string): Promise<unknown> {
  if (!existsSync(path)) {
    throw new CliError(`${path}: no such file or directory`);
  }
  if (!/\.(json|[cm]?[jt]s)$/.test(path)) {
    throw new CliError(`${path}: no configuration is called so, but .json, .js or .ts`);
  }
  try {
    return path.endsWith('.json')
      ? JSON.parse(readFileSync(path, 'utf8'))
      : (await import(pathToFileURL(path).href)).default;
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new CliError(`${path}: ${error.message}`);
    }
    const unknown = (error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION';
    throw new CliError(`${path}: ${unknown ? 'this Node cannot load TypeScript; use .json or .js' : reason(error)}`);
  }
}

function checked(path: string, value: unknown): LintConfig {
  const { config, problems } = parseConfig(value, RULES);
  if (problems.length > 0) {
    throw new CliError(`${path}: ${problems.join('; ')}`);
  }
  return config;
}
