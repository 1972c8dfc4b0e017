import { isJsonObject } from './json-object.ts';

/** Deepest nesting of JSON, counted from the expression, that Earth Engine takes. */
const MAX_DEPTH = 100;

/** What one value node holds: nodes inside it, keys of `values` it refers to, or what is wrong with it. */
interface Parts {
  children?: unknown[];
  references?: unknown[];
  fault?: string;
}

/** Kinds of value nodes that are a string; a valueReference is one too. */
const TEXT_KINDS = ['integerValue', 'bytesValue', 'argumentReference'];

/** Kinds of value nodes that are a message, and how to read each. */
const MESSAGE_KINDS = new Map<string, (message: Record<string, unknown>) => Parts>([
  ['arrayValue', readArray],
  ['dictionaryValue', readDictionary],
  ['functionDefinitionValue', readDefinition],
  ['functionInvocationValue', readInvocation],
]);

/**
 * What is wrong with the structure of an Expression, or undefined: `{values, result}`, exactly one kind a node, and every
 * reference a key of `values`. Whether it makes sense (cycles, functions, types) is found out when the task runs.
 */
export function findExpressionFault(expression: unknown): string | undefined {
  if (!isJsonObject(expression)) return 'not an object';
  const { values, result, ...others } = expression;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `unknown name "${unknown}"`;
  if (!isJsonObject(values)) return 'values: not an object';
  const references = [result];
  const open = Object.values(values).map((node) => ({ node, depth: 3 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { depth } = next;
    if (depth > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH}`;
    const parts = readNode(next.node);
    if (parts.fault !== undefined) return parts.fault;
    for (const key of parts.references ?? []) references.push(key);
    for (const node of parts.children ?? []) open.push({ node, depth: depth + 3 });
  }
  for (const key of references) {
    if (typeof key !== 'string' || !Object.hasOwn(values, key)) return `no value ${JSON.stringify(key)}`;
  }
  return undefined;
}

function readNode(node: unknown): Parts {
  const kinds = isJsonObject(node) ? Object.entries(node) : [];
  const [kind, content] = kinds[0] ?? [];
  if (kind === undefined || kinds.length > 1) return { fault: `a value node with ${kinds.length} kinds` };
  if (kind === 'constantValue') return {};
  if (kind === 'valueReference') return { references: [content] };
  if (TEXT_KINDS.includes(kind)) return typeof content === 'string' ? {} : { fault: `${kind}: not a string` };
  const read = MESSAGE_KINDS.get(kind);
  if (read === undefined) return { fault: `unknown name "${kind}"` };
  return isJsonObject(content) ? read(content) : { fault: `${kind}: not an object` };
}

/** A list or map that is empty may be left out, as everywhere in Google's JSON. */
function readArray({ values = [] }: Record<string, unknown>): Parts {
  return Array.isArray(values) ? { children: values } : { fault: 'arrayValue: values is not a list' };
}

function readDictionary({ values = {} }: Record<string, unknown>): Parts {
  return isJsonObject(values) ? { children: Object.values(values) } : { fault: 'dictionaryValue: values is not a map' };
}

function readDefinition({ argumentNames = [], body }: Record<string, unknown>): Parts {
  return Array.isArray(argumentNames)
    ? { references: [body] }
    : { fault: 'functionDefinitionValue: argumentNames is not a list' };
}

function readInvocation(message: Record<string, unknown>): Parts {
  const { functionName, functionReference, arguments: named = {} } = message;
  if (!isJsonObject(named)) return { fault: 'functionInvocationValue: arguments is not a map' };
  const children = Object.values(named);
  if (functionName === undefined) return { children, references: [functionReference] };
  if (typeof functionName === 'string' && functionReference === undefined) return { children };
  return { fault: 'functionInvocationValue: neither or both of functionName and functionReference' };
}
