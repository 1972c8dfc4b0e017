import { closestName } from '../faults/closest-name.ts';
import { describeValue, quoteShort } from '../faults/describe-value.ts';
import { placeAt } from '../faults/place.ts';
import { createViolations, type FieldViolation, type Violations } from '../faults/violations.ts';
import { isObject, type Json } from '../json/json-object.ts';
import { parseJsonText } from '../json/parse-json-text.ts';
import { checkScopes } from './check-scopes.ts';
import type { Expression } from './expression.ts';
import { followReferences } from './follow-references.ts';
import type { GraphNodes } from './graph-walk.ts';
import { explainPasted } from './pasted-form.ts';
import { readNodes } from './read-nodes.ts';

/** A graph that is well formed, and what the walk over it found. */
export interface CheckedGraph {
  expression: Expression;
  nodes: GraphNodes;
  warnings: FieldViolation[];
}

/** Nesting beyond which an answer warns: the official clients stop at 54. */
const DEPTH_WARNING = 60;

const ROOT = placeAt('expression');

/**
 * Checks a graph, given as an object or as the JSON text that `classifier.serialize()` gives: its form, its references
 * and its scopes. Answers undefined when `violations` has been told why it cannot be used.
 */
export function checkExpression(input: unknown, violations: Violations): CheckedGraph | undefined {
  const before = violations.count();
  const json = typeof input === 'string' ? parseText(input, violations) : input;
  if (violations.count() > before) return undefined;
  if (!isObject(json)) {
    const wanted = 'what classifier.serialize() gives is wanted';
    violations.add(ROOT, () => `Cannot use expression: it is ${describeValue(json)}; ${wanted}`);
    return undefined;
  }
  const { values, result } = json;
  if (!isObject(values)) return refuse(json, violations);
  checkKeys(json, violations);
  const nodes = readNodes(values, placeAt('values', ROOT), violations);
  const used = followReferences(nodes, findResult(nodes, result, violations), violations);
  if (violations.count() > before) return undefined;
  checkScopes(nodes, used, violations);
  if (violations.count() > before) return undefined;
  return { expression: json as unknown as Expression, nodes, warnings: warn(nodes, used.length) };
}

function parseText(text: string, violations: Violations): unknown {
  const parsed = parseJsonText(text);
  if (parsed.ok) return parsed.value;
  const wanted = 'the JSON text that classifier.serialize() gives is wanted';
  violations.add(ROOT, () => `Cannot read expression: ${parsed.fault}; ${wanted}`);
  return undefined;
}

function refuse(json: Json, violations: Violations): undefined {
  const pasted = explainPasted(json);
  const has = Object.hasOwn(json, 'values') ? `its values are ${describeValue(json['values'])}` : 'it has no values';
  const wanted = 'an object of nodes by key is wanted';
  if (pasted !== undefined) violations.add(ROOT, () => `Cannot use expression: ${pasted}`);
  else violations.add(placeAt('values', ROOT), () => `Cannot use expression: ${has}; ${wanted}`);
  return undefined;
}

function checkKeys(json: Json, violations: Violations): void {
  for (const key of Object.keys(json)) {
    if (key === 'values' || key === 'result') continue;
    const close = closestName(key, ['values', 'result']);
    const hint = close === undefined ? 'only values and result may be given' : `did you mean ${close}?`;
    violations.add(placeAt(key, ROOT), () => `Cannot use this key: it is no part of an expression; ${hint}`);
  }
}

function findResult(nodes: GraphNodes, result: unknown, violations: Violations) {
  const found = typeof result === 'string' ? nodes.values.get(result) : undefined;
  if (found !== undefined) return found;
  const is =
    typeof result === 'string' ? `${quoteShort(result)} is no key of values` : `it is ${describeValue(result)}`;
  const wanted = 'the key of the value that is the classifier is wanted, as text';
  violations.add(placeAt('result', ROOT), () => `Cannot use result: ${is}; ${wanted}`);
  return undefined;
}

function warn(nodes: GraphNodes, used: number): FieldViolation[] {
  const warnings = createViolations();
  if (nodes.depth > DEPTH_WARNING) {
    const limit = 'Earth Engine refuses more than 100, and official clients stop at 54';
    warnings.add(ROOT, () => `The graph is nested ${nodes.depth} levels deep: ${limit}`);
  }
  if (used < nodes.values.size) {
    const more = nodes.values.size - used;
    warnings.add(
      placeAt('values', ROOT),
      () => `The result makes no use of ${more} of the values: they are sent for nothing`,
    );
  }
  if (nodes.negativeZero !== undefined) {
    warnings.add(nodes.negativeZero, () => 'The number -0 is sent as 0: JSON written here has no negative zero');
  }
  return warnings.list();
}
