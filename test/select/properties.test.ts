import { describe, expect, test } from 'vitest';
import { type Node, printNode } from '../../lib/select/ast.ts';
import { WhereError } from '../../lib/select/error.ts';
import { FIELDS } from '../../lib/select/fields.ts';
import { parseExpression } from '../../lib/select/parse.ts';
import { OPERATORS } from '../../lib/select/values.ts';
import { parseWhere } from '../../lib/select/where.ts';
import fc from '../properties.ts';
import { CONTEXT, connectionOf, packetOf } from './facts.ts';

const bytes = (length: number) => fc.array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length });
const address = fc.oneof(
  bytes(4),
  bytes(16),
  fc.constantFrom(0, 15).map((n) => [...new Array(15).fill(0), n]),
);
const amount = fc.double({ min: 0, max: 1e300, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const moment = fc.record({
  seconds: fc.integer({ min: 0, max: 1e12 }),
  nanos: fc.integer({ min: 0, max: 999_999_999 }),
});
const time = fc.oneof(
  amount.map((relative) => ({ relative })),
  moment.map((at) => ({ moment: at })),
);
const range = (most: number) =>
  fc.tuple(fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: most })).map(([a, b]) => ({
    from: Math.min(a, b),
    to: Math.max(a, b),
  }));
const comparison = fc.record({ operator: fc.constantFrom(...OPERATORS), amount });

/** Values of each field, by the name that the field has. */
function valueArbitrary(field: string): fc.Arbitrary<unknown> {
  switch (field) {
    case 'host':
      return fc.oneof(
        address.map((a) => ({ address: a })),
        fc.string({ unit: 'grapheme' }).map((name) => ({ name: name.replaceAll('"', '') })),
      );
    case 'net':
      return fc.constantFrom({ address: [10, 0, 0, 0], bits: 8 }, { address: [...new Array(16).fill(0)], bits: 0 });
    case 'port':
      return range(65_535);
    case 'connection':
    case 'stream':
    case 'frame':
      return range(Number.MAX_SAFE_INTEGER);
    case 'time':
      return fc.oneof(
        fc.record({ from: time, to: time }),
        fc.record({ from: fc.constant(null), to: time }),
        fc.record({ from: time, to: fc.constant(null) }),
      );
    case 'after':
    case 'before':
      return time;
    case 'state':
    case 'final':
      return fc.constantFrom('CLOSE_WAIT', 'FIN_WAIT_2', 'UNKNOWN');
    case 'finding':
      return fc.constantFrom('any', 'half-close', 'fin-wait-2-lingering');
    case 'from':
      return fc.constantFrom('client', 'server');
    case 'closedBy':
      return fc.constantFrom('client', 'server', 'both', 'nobody');
    case 'closeKind':
      return fc.constantFrom('fin', 'reset', 'open');
    case 'flag':
      return fc.constantFrom('SYN', 'AE');
    case 'verdict':
      return fc.constantFrom('keep_alive', 'any');
    default:
      return comparison;
  }
}

const term: fc.Arbitrary<Node> = fc.constantFrom(...FIELDS.values()).chain((field) =>
  fc.record({
    kind: fc.constant('term' as const),
    side: field.sided ? fc.constantFrom(null, 'client' as const, 'server' as const) : fc.constant(null),
    field: fc.constant(field.name),
    value: valueArbitrary(field.name),
  }),
);

const { tree } = fc.letrec<{ tree: Node }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    term,
    tie('tree').map((node) => ({ kind: 'not' as const, node })),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      nodes: fc.array(tie('tree'), { minLength: 2, maxLength: 4 }),
    }),
  ),
}));

describe('properties', () => {
  test('what is printed reads back as the same tree', () => {
    fc.assert(
      fc.property(tree, (node) => {
        expect(parseExpression(printNode(node), null)).toEqual(node);
      }),
    );
  });

  test('any text is read or refused with a position inside it', () => {
    const words = fc.constantFrom(
      ...[...FIELDS.values()].map((field) => field.name),
      ...'( ) and or not < > = .. "'.split(' '),
    );
    const pieces = fc.array(fc.oneof(words, fc.string(), fc.constantFrom('10.0.0.1', '443', '1s', 'client')), {
      maxLength: 30,
    });
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      pieces.map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(text, (expression) => {
        try {
          parseExpression(expression, null);
        } catch (error) {
          if (!(error instanceof WhereError)) throw error;
          expect(error.position).toBeGreaterThanOrEqual(0);
          expect(error.position).toBeLessThanOrEqual(expression.length);
          expect(error.message.length).toBeLessThan(400);
          expect(error.pointer.split('\n')).toHaveLength(3);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a selection and its contrary never both hold for a packet, and one of them does once all is known', () => {
    const facts = connectionOf();
    const row = packetOf();
    const context = { ...CONTEXT, findings: () => ['half-close'] };
    fc.assert(
      fc.property(tree, (node) => {
        const text = printNode(node);
        const holds = parseWhere(text).matchesPacket(row, facts, context);
        const contrary = parseWhere(`not (${text})`).matchesPacket(row, facts, context);
        expect(holds).toBe(!contrary);
      }),
    );
  });
});
