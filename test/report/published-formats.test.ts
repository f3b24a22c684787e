import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../lib/facts/report.ts';
import { analyze } from '../../lib/index.ts';
import type { LintPage } from '../../lib/report/lint/format.ts';
import { render as gitlab } from '../../lib/report/lint/gitlab.ts';
import { render as junit } from '../../lib/report/lint/junit.ts';
import { render as sarif } from '../../lib/report/lint/sarif.ts';
import { PLAIN_PAGE } from '../../lib/report/page.ts';

/**
 * The formats of others, as they are published. No maintained package carries SARIF's schema, so what follows is what the
 * standard says of the objects that we write, and nothing beyond them is let through; the renderer's types
 * (@types/sarif) are made from the schema itself.
 */
type Schema = { readonly [key: string]: unknown };

const text: Schema = { type: 'string', minLength: 1 };
const natural: Schema = { type: 'integer', minimum: 0 };
const list = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more });
const only = (properties: { readonly [name: string]: Schema }, required = Object.keys(properties)): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

/** SARIF 2.1.0 3.11: a message has text or an id. */
const message = only({ text });
/** 3.58.6, 3.27.10. */
const level = { enum: ['none', 'note', 'warning', 'error'] };
/** 3.4.3: a URI reference; spaces and brackets are escaped. 3.30.5: lines begin at 1. */
const uri = { type: 'string', pattern: "^[A-Za-z0-9%/._~:!$&'()*+,;=@-]+$" };
const location = only({
  physicalLocation: only(
    { artifactLocation: only({ uri }), region: only({ startLine: { type: 'integer', minimum: 1 } }) },
    ['artifactLocation'],
  ),
});
/** 3.8: property bags hold anything; `tags` are different strings. */
const bag = { type: 'object', properties: { tags: list(text, { uniqueItems: true }) } };

const SARIF = only({
  $schema: text,
  version: { const: '2.1.0' },
  runs: list(
    only({
      tool: only({
        driver: only({
          name: text,
          version: text,
          rules: list(
            only({
              id: text,
              shortDescription: message,
              fullDescription: message,
              help: only({ text, markdown: text }),
              defaultConfiguration: only({ level }),
              properties: bag,
            }),
            { uniqueItems: true },
          ),
        }),
      }),
      invocations: list(
        only({
          executionSuccessful: { type: 'boolean' },
          toolExecutionNotifications: list(only({ level, message, locations: list(location) })),
        }),
      ),
      results: list(
        only(
          {
            ruleId: text,
            ruleIndex: natural,
            level,
            message,
            locations: list(location),
            partialFingerprints: { type: 'object', additionalProperties: text },
            properties: bag,
          },
          ['ruleId', 'level', 'message', 'locations', 'partialFingerprints', 'properties'],
        ),
      ),
    }),
  ),
});

/** GitLab's code-quality report: these six, severities of this list, fingerprints different. */
const GITLAB = list(
  only({
    description: text,
    check_name: text,
    fingerprint: text,
    severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
    location: only({
      path: { type: 'string', pattern: '^[^/]' },
      lines: only({ begin: { type: 'integer', minimum: 1 } }),
    }),
  }),
);

/** What Jenkins' schema of JUnit's XML lets stand in what, and with which attributes. */
const JUNIT: {
  readonly [element: string]: { readonly within: string | null; readonly attributes: readonly string[] };
} = {
  testsuites: { within: null, attributes: ['name'] },
  testsuite: { within: 'testsuites', attributes: ['name', 'tests', 'failures', 'errors', 'skipped', 'time'] },
  testcase: { within: 'testsuite', attributes: ['name', 'classname'] },
  failure: { within: 'testcase', attributes: ['type', 'message'] },
  error: { within: 'testcase', attributes: ['type', 'message'] },
  skipped: { within: 'testcase', attributes: ['message'] },
  'system-out': { within: 'testcase', attributes: [] },
};

const PAGE: LintPage = { ...PLAIN_PAGE, failOn: 'warning', directory: '/repo' };
const reports = new Map<string, Report>();

beforeAll(async () => {
  const incident = readFileSync(new URL('../../fixtures/incident.pcapng', import.meta.url));
  const whole = await analyze(incident, { name: '/repo/captures/a [b].pcapng', config: { extends: 'postmortem' } });
  const failures = [{ path: '/repo/x y.pcap', reason: 'no such file \u001b[31m]]>' }];
  reports.set('a capture with several problems', whole);
  reports.set('with an input that could not be read', { ...whole, summary: { ...whole.summary, failures } });
  reports.set('nothing found', { ...whole, findings: [] });
});

describe.each(['a capture with several problems', 'with an input that could not be read', 'nothing found'])(
  '%s',
  (name) => {
    const valid = (schema: Schema, document: string): void => {
      const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);
      validate(JSON.parse(document));
      expect(validate.errors ?? []).toEqual([]);
    };

    test('is SARIF', () => {
      const document = sarif(reports.get(name)!, PAGE);
      valid(SARIF, document);
      const [run] = JSON.parse(document).runs;
      const ids = run.tool.driver.rules.map(({ id }: { id: string }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { ruleId, ruleIndex } of run.results) expect(ids[ruleIndex]).toBe(ruleId);
    });

    test('is a code-quality report', () => {
      const document = gitlab(reports.get(name)!, PAGE);
      valid(GITLAB, document);
      const fingerprints = JSON.parse(document).map(({ fingerprint }: { fingerprint: string }) => fingerprint);
      expect(new Set(fingerprints).size).toBe(fingerprints.length);
    });

    test('is JUnit’s XML', () => {
      const xml = junit(reports.get(name)!, PAGE);
      const suites = elements(xml).filter((element) => element.name === 'testsuite');
      for (const suite of suites) {
        const cases = suite.children.filter((child) => child.name === 'testcase');
        expect(suite.attributes.tests).toBe(String(cases.length));
        for (const [attribute, kind] of [
          ['failures', 'failure'],
          ['errors', 'error'],
          ['skipped', 'skipped'],
        ] as const) {
          const those = cases.filter((each) => each.children.some((child) => child.name === kind));
          expect(suite.attributes[attribute]).toBe(String(those.length));
        }
      }
      expect(suites.length).toBeGreaterThan(0);
    });
  },
);

interface Element {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children: Element[];
}

/** Every element of a well-formed document, held to `JUNIT`. */
function elements(xml: string): Element[] {
  expect(xml).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/);
  const all: Element[] = [];
  const open: Element[] = [];
  const body = xml.slice(xml.indexOf('\n') + 1);
  let at = 0;
  for (const match of body.matchAll(/<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g)) {
    checkText(body.slice(at, match.index));
    at = match.index + match[0].length;
    const [, closes, name = '', written = '', isEmpty] = match;
    if (closes === '/') {
      expect(open.pop()?.name).toBe(name);
      continue;
    }
    const attributes = Object.fromEntries(
      [...written.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key, value!]),
    );
    const element: Element = { name, attributes, children: [] };
    expect(JUNIT[name]?.within).toBe(open.at(-1)?.name ?? null);
    expect(Object.keys(attributes).filter((key) => !JUNIT[name]!.attributes.includes(key))).toEqual([]);
    for (const value of Object.values(attributes)) checkText(value);
    open.at(-1)?.children.push(element);
    all.push(element);
    if (isEmpty !== '/') open.push(element);
  }
  expect(body.slice(at).trim()).toBe('');
  expect(open).toEqual([]);
  return all;
}

/** Neither markup nor characters that XML 1.0 does not know; `&` only as a reference. */
function checkText(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(text).not.toMatch(/[<>\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  expect(text.replace(/&(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);/gi, '')).not.toContain('&');
}
