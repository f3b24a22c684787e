import type { ConnectionFacts, Side } from '../facts/connection.ts';
import type { Finding } from '../facts/finding.ts';
import { lasting } from '../facts/moment.ts';
import { createLinter } from '../lint/runtime.ts';
import type { Origin } from '../report/format.ts';
import { hanging } from '../report/layout/wrap.ts';
import { openPage, type Page } from '../report/page.ts';
import { count, duration, grouped, socket } from '../report/phrases.ts';
import { analyse } from './analyse.ts';
import { loadConfig } from './config.ts';
import { DONE, FAILED } from './exit.ts';
import { type CaptureOptions, pageFor } from './options.ts';
import type { Output } from './output.ts';
import type { Terminal } from './terminal.ts';

/** Places told one by one; the others are counted. */
const MOST_PLACES = 10;

interface Subject {
  readonly rules: readonly string[];
  readonly state?: string;
}

/** Where a topic shows in captures: spells in its state, findings of its rules. */
export async function showPlaces(
  subject: Subject,
  paths: readonly string[],
  options: CaptureOptions,
  output: Output,
  terminal: Terminal,
): Promise<number> {
  const page = openPage(pageFor(terminal, options, false));
  const config = await loadConfig({});
  const { captures, failures } = await analyse(
    paths,
    options,
    terminal,
    (origin) => {
      const linter = createLinter(config, { origin });
      const spells = new Places();
      return {
        ask: {
          onConnection(facts) {
            linter.connection(facts);
            addSpells(spells, facts, subject.state, page, origin);
          },
        },
        finish(capture) {
          const findings = linter.finish(capture).findings.filter(({ rule }) => subject.rules.includes(rule));
          output.write(placesText(spells, findings, origin, page));
        },
      };
    },
    () => output.discard(),
  );
  await output.close();
  return failures.length > 0 || captures.length === 0 ? FAILED : DONE;
}

/** The longest, in their order; of those alike, the first. */
class Places {
  total = 0;
  private readonly longest: { readonly seconds: number; readonly line: string }[] = [];

  add(seconds: number, line: () => string): void {
    this.total++;
    const { longest } = this;
    const at = longest.findLastIndex((place) => place.seconds >= seconds) + 1;
    if (at < MOST_PLACES) {
      longest.splice(at, 0, { seconds, line: line() });
      longest.splice(MOST_PLACES);
    }
  }

  get lines(): string[] {
    return this.longest.map(({ line }) => line);
  }
}

function addSpells(
  places: Places,
  facts: ConnectionFacts,
  state: string | undefined,
  page: Page,
  origin: Origin,
): void {
  for (const side of ['client', 'server'] as Side[]) {
    const { address, port, spells } = facts[side];
    for (const spell of spells.filter((candidate) => candidate.state === state)) {
      const seconds = spell.end === null ? Number.POSITIVE_INFINITY : lasting(spell.start, spell.end);
      places.add(seconds, () => {
        const length = spell.end === null ? 'to the end of the capture' : `for ${duration(seconds)}`;
        const frame = spell.frame === null ? '' : ` (frame ${spell.frame})`;
        const from = page.when(spell.start, origin.start);
        return `connection ${facts.connection}: ${side} ${socket(address, port)} from ${from}${frame} ${length}`;
      });
    }
  }
}

function times({ total }: Places): string[] {
  if (total === 0) return [];
  return [count(total, 'time') + (total > MOST_PLACES ? ` (the ${MOST_PLACES} longest here)` : '')];
}

function placesText(spells: Places, findings: readonly Finding[], origin: Origin, page: Page): string {
  const bullet = (text: string): string => hanging('  - ', page.text(text), page.width);
  const rest = (total: number, what: string): string[] =>
    total > MOST_PLACES ? [`  ${page.glyph.ellipsis} and ${grouped(total - MOST_PLACES)} more ${what}`] : [];
  const lines = [
    ...spells.lines.map(bullet),
    ...rest(spells.total, 'times'),
    ...findings.slice(0, MOST_PLACES).map(({ rule, message }) => bullet(`${rule}: ${message}`)),
    ...rest(findings.length, 'findings'),
  ];
  const path = page.text(origin.path);
  const title =
    lines.length === 0
      ? `It does not show in ${path}`
      : `In ${path}: ${[...times(spells), ...(findings.length > 0 ? [count(findings.length, 'finding')] : [])].join(', ')}`;
  return `\n${[page.ink.bold(title), ...lines].join('\n')}\n`;
}
