import { describeValue } from '../faults/describe-value.ts';
import type { GraphNodes } from '../graph/graph-walk.ts';
import { type PlacedNode, resolveNode } from '../graph/resolve-node.ts';

const LONGEST_TEXT = 160;
const LONGEST_ITEM = 40;
const MOST_ITEMS = 8;

const OTHER_KINDS: Readonly<Record<string, string>> = {
  dictionaryValue: 'a dictionary',
  bytesValue: 'bytes',
  functionDefinitionValue: 'a function',
  argumentReference: 'an argument of a function',
};

/** `text` on one line and at most `length` characters long; half of a character is never left. */
export function cutText(text: string, length: number): string {
  const cut = text.length > length ? `${text.slice(0, length - 1)}…` : text;
  return cut.toWellFormed().replace(/[\p{Cc}\s]+/gu, ' ');
}

/** A resolved node in a few words: a scalar as it is, the beginning of a list, of anything else what it is. */
export function describeNode(nodes: GraphNodes, { node, place }: PlacedNode): string {
  const { integerValue, arrayValue, functionInvocationValue: call } = node;
  if (integerValue !== undefined) return integerValue;
  if (call !== undefined) return `computed by ${nameOf(call.functionName)}`;
  if (arrayValue !== undefined) {
    const items = arrayValue.values ?? [];
    return describeList(items.length, (index) => {
      const item = resolveNode(nodes, { node: items[index] ?? {}, place }).node;
      return item.integerValue ?? toScalar(item.constantValue);
    });
  }
  if (!Object.hasOwn(node, 'constantValue')) return OTHER_KINDS[Object.keys(node)[0] ?? ''] ?? '';
  const { constantValue: constant } = node;
  if (Array.isArray(constant)) return describeList(constant.length, (index) => toScalar(constant[index]));
  const scalar = toScalar(constant);
  return scalar === undefined ? describeValue(constant) : cutText(scalar, LONGEST_TEXT);
}

/** The name of a function of Earth Engine; without one it is a function of the graph. */
export function nameOf(functionName: string | undefined): string {
  return functionName === undefined ? 'a function of the graph' : cutText(functionName, LONGEST_ITEM);
}

function describeList(count: number, itemAt: (index: number) => string | undefined): string {
  const items = Array.from({ length: Math.min(count, MOST_ITEMS) }, (_, index) => itemAt(index));
  if (count === 0 || !items.every((item) => item !== undefined)) return `a list of ${count}`;
  const shown = items.map((item) => cutText(item, LONGEST_ITEM)).join(', ');
  const isWhole = count <= MOST_ITEMS && shown.length <= LONGEST_TEXT;
  return isWhole ? shown : `${cutText(shown, LONGEST_TEXT)} (${count} in all)`;
}

function toScalar(value: unknown): string | undefined {
  return typeof value === 'object' || value === undefined ? undefined : String(value);
}
