import type { ConnectionFacts } from '../facts/connection.ts';
import type { PacketRow } from '../facts/packet-row.ts';
import { type Node, printNode } from './ast.ts';
import type { Answer, ConnectionIdentity, Field, WhereContext } from './field.ts';
import { fieldOf } from './fields.ts';
import { parseExpression } from './parse.ts';

/** A `--where` expression, ready to be asked. */
export interface Selection {
  /** The expression in its canonical spelling. */
  readonly text: string;
  /** `finding` is asked: `WhereContext.findings` must be there. */
  readonly needsFindings: boolean;
  /** Conditions that speak of single packets only, by name. */
  readonly packetConditions: readonly string[];
  /** True unless the conditions are not met: one that speaks of single packets (`from client`) excludes no connection. */
  matchesConnection(facts: ConnectionFacts, context: WhereContext): boolean;
  /** True when the conditions are met, as far as is known: of a bare identity, nothing is known of what became of it. */
  matchesPacket(row: PacketRow, connection: ConnectionIdentity, context: WhereContext): boolean;
}

/**
 * Reads a `--where` expression. `rules` are the ids that `finding` may name, null for any. Throws WhereError, which
 * says what was expected and where.
 */
export function parseWhere(text: string, rules: readonly string[] | null = null): Selection {
  const tree = parseExpression(text, rules);
  const fields = new Set<Field>();
  collectFields(tree, fields);
  const used = [...fields];
  return {
    text: printNode(tree),
    needsFindings: used.some((field) => field.basis === 'findings'),
    packetConditions: used.filter((field) => field.basis === 'packet').map((field) => field.name),
    matchesConnection: (facts, context) => answer(tree, null, facts, context) !== false,
    matchesPacket: (row, connection, context) => answer(tree, row, connection, context) === true,
  };
}

function collectFields(node: Node, fields: Set<Field>): void {
  if (node.kind === 'not') collectFields(node.node, fields);
  else if (node.kind === 'term') fields.add(fieldOf(node));
  else for (const child of node.nodes) collectFields(child, fields);
}

/** Three-valued logic: what can't be told stays untold unless the other conditions decide. */
function answer(node: Node, row: PacketRow | null, connection: ConnectionIdentity, context: WhereContext): Answer {
  switch (node.kind) {
    case 'term': {
      const field = fieldOf(node);
      if (row !== null && field.ofPacket !== undefined) return field.ofPacket(row, node.side, node.value, context);
      return field.ofConnection(connection, node.side, node.value, context);
    }
    case 'not': {
      const inner = answer(node.node, row, connection, context);
      return inner === null ? null : !inner;
    }
    default: {
      // `and` is decided by the first false, `or` by the first true.
      const decisive = node.kind === 'or';
      let result: Answer = !decisive;
      for (const child of node.nodes) {
        const given = answer(child, row, connection, context);
        if (given === decisive) return decisive;
        if (given === null) result = null;
      }
      return result;
    }
  }
}
