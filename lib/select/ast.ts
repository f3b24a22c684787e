import type { Side } from '../facts/connection.ts';
import { fieldOf } from './fields.ts';

/** An expression. `and` and `or` join two nodes or more; parentheses are in the tree's shape. */
export type Node =
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly Node[] }
  | { readonly kind: 'not'; readonly node: Node }
  | Term;

/** One condition: a field of fields.ts, for one side or for either, and a value of the field's kind. */
export interface Term {
  readonly kind: 'term';
  readonly side: Side | null;
  readonly field: string;
  readonly value: unknown;
}

/** The expression as text that reads back as the same tree. */
export function printNode(node: Node): string {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.nodes.map((child) => printChild(child, node.kind)).join(` ${node.kind} `);
    case 'not':
      return `not ${printChild(node.node, 'not')}`;
    case 'term': {
      const side = node.side === null ? '' : `${node.side} `;
      return `${side}${node.field} ${fieldOf(node).kind.print(node.value)}`;
    }
  }
}

function printChild(child: Node, parent: 'and' | 'or' | 'not'): string {
  const needsParentheses = child.kind === 'or' || (child.kind === 'and' && parent !== 'or');
  return needsParentheses ? `(${printNode(child)})` : printNode(child);
}
