import { readFileSync } from 'node:fs';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import type { Finding } from '../../lib/facts/finding.ts';
import { type LintConfig, resolveConfig } from '../../lib/lint/config.ts';
import { createLinter } from '../../lib/lint/runtime.ts';
import type { Rule } from '../../lib/rules/rule.ts';
import { assemble } from '../scripts/assemble.ts';

const FIXTURES = new URL('../../fixtures/rules/', import.meta.url);

export interface Fixture {
  readonly path: URL;
  readonly text: string;
  /** The findings that the script says it shows: its `#=` lines. */
  readonly expected: readonly string[];
}

export function readFixture(name: string): Fixture {
  const path = new URL(`${name}.pkt`, FIXTURES);
  const text = readFileSync(path, 'utf8');
  const expected = text.split('\n').filter((line) => line.startsWith('#= '));
  return { path, text, expected: expected.map((line) => line.slice(3)) };
}

/** Judges a capture with some rules. */
export function lintBytes(bytes: Uint8Array, rules: readonly Rule[], config: LintConfig = {}): readonly Finding[] {
  const linter = createLinter(resolveConfig(config, rules));
  const analyzer = new Analyzer({
    path: 'fixture.pcap',
    wake: linter.wake,
    ...(linter.comparesPayload ? { payload: {} } : {}),
    onConnection: (facts) => linter.connection(facts),
  });
  analyzer.write(bytes);
  return linter.finish(analyzer.end()).findings;
}

export function lintScript(text: string, rules: readonly Rule[], config: LintConfig = {}): readonly Finding[] {
  return lintBytes(assemble(text), rules, config);
}

/** A finding as a `#=` line tells it: `warning high frames 4-9 (3), 12.1 s, 2 connections: sentence`. */
export function findingLine(finding: Finding): string {
  const { severity, confidence, frames, impact, lowerBound } = finding;
  const parts = [
    `${severity} ${confidence} frames ${frames.first}-${frames.last} (${frames.count})`,
    ...(impact.seconds === undefined ? [] : [`${lowerBound ? '>= ' : ''}${Number(impact.seconds.toFixed(6))} s`]),
    ...(impact.bytes === undefined ? [] : [`${impact.bytes} bytes`]),
    ...(impact.connections === undefined ? [] : [`${impact.connections} connections`]),
  ];
  return `${parts.join(', ')}: ${finding.message}`;
}
