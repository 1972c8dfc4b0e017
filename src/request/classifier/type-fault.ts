import { describeValue } from '../faults/describe-value.ts';
import type { ValueNode } from '../graph/expression.ts';
import { toConstant } from '../graph/resolve-node.ts';
import { returnType } from './classifier-facts.ts';

const COLLECTIONS = ['FeatureCollection', 'ImageCollection'];
const NUMBERS = ['Integer', 'Long', 'Float'];

/** Types that tell nothing: what is in them shows only when the graph is evaluated. */
const OPEN = ['Object', 'Element', 'Number'];

/** What is wrong with a resolved node as an argument of `type`, as `it is …`; undefined when nothing is known to be. */
export function typeFault(type: string, node: ValueNode): string | undefined {
  const constant = toConstant(node);
  if (constant.known) return fitsConstant(type, constant.value) ? undefined : `it is ${describeValue(constant.value)}`;
  if (node.functionInvocationValue !== undefined) return callFault(type, node.functionInvocationValue.functionName);
  if (node.arrayValue !== undefined) return type.startsWith('List') ? undefined : 'it is a list';
  if (node.dictionaryValue !== undefined) return 'it is an object';
  if (node.functionDefinitionValue !== undefined) return 'it is a function';
  if (node.bytesValue !== undefined) return 'it is bytes';
  return undefined;
}

function fitsConstant(type: string, value: unknown): boolean {
  const items = /^List<(.*)>$/.exec(type)?.[1];
  if (items !== undefined) return Array.isArray(value) && value.every((item) => fitsConstant(items, item));
  if (type === 'String') return typeof value === 'string';
  if (type === 'Boolean') return typeof value === 'boolean' || value === 0 || value === 1;
  if (type === 'Float') return typeof value === 'number';
  return NUMBERS.includes(type) && Number.isInteger(value);
}

function callFault(type: string, name: string | undefined): string | undefined {
  const answered = name === undefined ? undefined : returnType(name);
  if (answered === undefined || OPEN.includes(answered) || fitsType(type, answered)) return undefined;
  return `${name} answers ${answered}`;
}

function fitsType(type: string, answered: string): boolean {
  if (type === answered) return true;
  if (type === 'FeatureCollection') return COLLECTIONS.includes(answered);
  return type.startsWith('List') && answered.startsWith('List');
}
