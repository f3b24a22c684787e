import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { STATE_NAMES } from '../../lib/facts/state.ts';
import { parseBaseline } from '../../lib/lint/baseline.ts';
import { LEVELS, resolveConfig } from '../../lib/lint/config.ts';
import { Expecting } from '../../lib/lint/expect.ts';
import { matchesGlob } from '../../lib/lint/glob.ts';
import { nameOf, parseHosts } from '../../lib/lint/names.ts';
import { parseConfig, parseRuleArgument } from '../../lib/lint/parse.ts';
import { createLinter } from '../../lib/lint/runtime.ts';
import { configSchema } from '../../lib/lint/schema.ts';
import { RULES } from '../../lib/rules/index.ts';
import fc from '../properties.ts';
import { capture, connection, endpoint, moment } from './facts.ts';

/** What the schema that editors read says of a configuration. */
const schema = configSchema(RULES);
const isValid = new Ajv2020({ allErrors: false, strict: false }).compile(schema);

function cyclic(): object {
  const circle: { self?: object } = {};
  circle.self = circle;
  return circle;
}

const HOSTILE = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', '\u202e', '\ud800', '0', '-1'];
const hostile = fc.oneof(fc.constantFrom(...HOSTILE), fc.string(), fc.string({ unit: 'grapheme' }));
const anything = fc.oneof(
  hostile,
  fc.double(),
  fc.constantFrom(null, true, {}, [], [[]], Number.POSITIVE_INFINITY, -0, 1e300),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(1n, Symbol('x'), () => 1, undefined, cyclic(), new Date(0), new Map()),
);

const WHERES = ['server port 443', 'not host 10.0.0.0', 'state CLOSE_WAIT or duration > 5', 'client net 10.0.0.0/8'];
const GLOBS = ['*.pcap', 'a/**', '{a,b}.pcap*', '[', 'é?', '**/x', ''];

const rules = fc.dictionary(
  fc.constantFrom(...RULES.map(({ meta }) => meta.id)),
  fc.oneof(
    fc.constantFrom(...LEVELS),
    fc.tuple(fc.constantFrom(...LEVELS)),
    fc.tuple(fc.constantFrom(...LEVELS), fc.constant({})),
  ),
  { maxKeys: 4 },
);
const place = fc.constantFrom('10.0.0.5', '10.0.0.0/8', '::/0', '10.0.0.5:443', ':8443', '[2001:db8::1]:80', '::1');
const usual = fc.record(
  {
    $schema: fc.string(),
    extends: fc.constantFrom('recommended', 'strict', 'ci', 'postmortem', 'security'),
    minConfidence: fc.constantFrom('high', 'medium', 'low'),
    rules,
    overrides: fc.array(
      fc.record(
        {
          files: fc.oneof(fc.constantFrom(...GLOBS), fc.array(fc.constantFrom(...GLOBS))),
          where: fc.constantFrom(...WHERES),
          rules,
        },
        { requiredKeys: ['rules'] },
      ),
      { maxLength: 3 },
    ),
    names: fc.dictionary(place, hostile),
    hostsFile: hostile,
    expect: fc.array(
      fc.record(
        {
          where: fc.constantFrom(...WHERES),
          rule: fc.constantFrom('syn-flood', 'half-close'),
          state: fc.constantFrom(...STATE_NAMES),
          atLeast: fc.nat(),
          atMost: fc.nat(),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);

/** The same with something else at one place: under a key that is there, or one that is not. */
function spoilt(value: unknown, path: readonly number[], other: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || path.length === 0) return other;
  const [step = 0, ...rest] = path;
  if (Array.isArray(value)) {
    const at = step % (value.length + 1);
    return value.toSpliced(at, 1, spoilt(value[at], rest, other, key));
  }
  const keys = [...Object.keys(value), key];
  const at = keys[step % keys.length]!;
  const before: unknown = Object.hasOwn(value, at) ? (value as Record<string, unknown>)[at] : undefined;
  // As JSON has it: __proto__ is a key like any other.
  return Object.fromEntries([...Object.entries(value), [at, spoilt(before, rest, other, key)]]);
}

const config = fc.oneof(
  { weight: 1, arbitrary: usual },
  {
    weight: 4,
    arbitrary: fc
      .tuple(usual, fc.array(fc.nat(), { maxLength: 5 }), anything, hostile)
      .map((parts) => spoilt(...parts)),
  },
  { weight: 1, arbitrary: anything },
);

/** As a file holds it; what editors see of `$schema` is theirs. */
const written = config.map((value): unknown => {
  try {
    const { $schema: _, ...rest } = JSON.parse(JSON.stringify(value));
    return rest;
  } catch {
    return null;
  }
});

const facts = [
  connection(),
  connection({ connection: 1, server: endpoint('2001:db8::1', 80) }),
  connection({ connection: 2, notes: -1, client: endpoint('10.0.0.5', 443) }),
];

describe('a configuration', () => {
  it('of any shape is refused in lines, or judges', () => {
    fc.assert(
      fc.property(config, fc.constantFrom('a/b.pcap', './é', '', '\ud800', '-'), (value, path) => {
        const { config: read, problems } = parseConfig(value, RULES);
        for (const problem of problems) expect(problem.length).toBeGreaterThan(0);
        if (problems.length > 0) return;
        const origin = { path, start: moment(0), nameOf: nameOf(read.names ?? {}) };
        const linter = createLinter(resolveConfig(read, RULES), { origin, keepFound: true });
        const expecting = (read.expect ?? []).map((each) => new Expecting(each, origin));
        for (const each of facts) {
          linter.connection(each);
          for (const one of expecting) one.connection(each);
        }
        const { findings, found } = linter.finish(capture());
        for (const each of expecting) {
          const unmet = each.conclude(capture(), findings, found);
          expect(`${unmet?.message}`).not.toMatch(/NaN|undefined \w|Infinity/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is accepted only if the published schema accepts it', () => {
    fc.assert(
      fc.property(written, (value) => {
        if (parseConfig(value, RULES).problems.length === 0)
          expect([isValid(value), isValid.errors]).toEqual([true, null]);
      }),
      { numRuns: 1000 },
    );
  });

  it('that the schema accepts is refused only for what no schema can say', () => {
    const beyond = /where|is no address|is more than|must be text|judges captures as a whole/;
    fc.assert(
      fc.property(written, (value) => {
        if (!isValid(value)) return;
        expect(parseConfig(value, RULES).problems.filter((problem) => !beyond.test(problem))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

it('a rule argument of any form is understood as it is written, or refused', () => {
  const option = fc.tuple(
    fc.constantFrom('handshakes', 'perSecond', '__proto__', ''),
    fc.oneof(hostile, fc.double().map(String)),
  );
  const piece = fc.oneof(
    fc.constantFrom(...LEVELS),
    option.map((parts) => parts.join('=')),
    hostile,
  );
  const argument = fc.tuple(
    fc.constantFrom('syn-flood', 'half-close', 'constructor', ''),
    fc.array(piece, { maxLength: 3 }),
  );
  fc.assert(
    fc.property(argument, ([id, pieces]) => {
      const { setting, problems } = parseRuleArgument(
        [id, ...(pieces.length > 0 ? [pieces.join(',')] : [])].join(':'),
        RULES,
      );
      if (problems.length > 0) return;
      const [[told, [, options]]] = Object.entries(setting) as [[string, [string, Record<string, number>]]];
      expect(told).toBe(id);
      for (const [name, value] of Object.entries(options)) {
        expect(
          pieces
            .flatMap((each) => each.split(','))
            .some(
              (each) =>
                each.startsWith(`${name}=`) &&
                each.slice(name.length + 1).trim() !== '' &&
                Object.is(Number(each.slice(name.length + 1)), value),
            ),
        ).toBe(true);
      }
      expect(resolveConfig({ rules: setting }, RULES).active.length).toBeGreaterThan(0);
    }),
    { numRuns: 1000 },
  );
});

it('a pattern without wildcards matches its own text, and any pattern any path or not', () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.constantFrom(...GLOBS)), hostile, (pattern, path) => {
      expect(typeof matchesGlob(pattern, path)).toBe('boolean');
      expect(matchesGlob('**', path)).toBe(true);
      expect(matchesGlob(`**/${pattern.replaceAll(/[*?{}]/g, '')}`, `x/${pattern.replaceAll(/[*?{}]/g, '')}`)).toBe(
        true,
      );
    }),
    { numRuns: 1000 },
  );
});

it('a hosts file of any bytes names addresses, and nothing else', () => {
  const line = fc
    .tuple(fc.oneof(place, hostile), fc.oneof(hostile, fc.constant('web #x')))
    .map((parts) => parts.join(' '));
  fc.assert(
    fc.property(fc.array(fc.oneof(line, hostile)), (lines) => {
      const hosts = parseHosts(lines.join('\n'));
      const names = nameOf({}, hosts);
      for (const [address, name] of Object.entries(hosts)) expect(names(address, 80)).toBe(name);
      expect(names('__proto__', 80)).toBe(undefined);
      expect(names('constructor', 80)).toBe(undefined);
    }),
  );
});

it('any JSON is a baseline or none', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        fc.record({ accepted: fc.oneof(fc.jsonValue(), fc.dictionary(hostile, fc.jsonValue())) }),
      ),
      (value) => {
        const baseline = parseBaseline(value);
        for (const entry of Object.values(baseline?.accepted ?? {})) expect(entry.count).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});
