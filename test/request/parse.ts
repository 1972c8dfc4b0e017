import { readFileSync } from 'node:fs';
import {
  type FieldViolation,
  type ParsedRequest,
  type ParseOptions,
  parseExportRequest,
  type ValidRequest,
} from '../../src/request/export-request.ts';
import type { Expression, ValueNode } from '../../src/request/graph/expression.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);

/** A destination that nothing is wrong with. */
export const DESTINATION = { earthEngineDestination: { name: 'projects/my-project/assets/model' } };

export function parse(body: unknown, options: Partial<ParseOptions> = {}): ParsedRequest {
  return parseExportRequest(body, { defaultProject: 'default-project', nonExportable: 'reject', ...options });
}

/** Parses a request that is otherwise in order, with `expression` as its graph. */
export function parseGraph(expression: unknown, options: Partial<ParseOptions> = {}): ParsedRequest {
  return parse({ expression, assetExportOptions: DESTINATION }, options);
}

/** What is wrong with a request, by field; empty when nothing is. */
export function faults(parsed: ParsedRequest): Record<string, string> {
  const violations: FieldViolation[] = parsed.valid ? [] : parsed.violations;
  return Object.fromEntries(violations.map(({ field, description }) => [field, description]));
}

/** The request, or an error that says why there is none. */
export function accepted(parsed: ParsedRequest): ValidRequest {
  if (!parsed.valid) throw new Error(`Cannot accept: ${JSON.stringify(parsed.violations)}`);
  return parsed;
}

/** A graph an official client wrote: `python-gtb` and so on. */
export function graphFixture(name: string): Expression {
  return readJson(`expressions/${name}.json`)['expression'] as Expression;
}

/** The body of a request an official client sent: `js-rf50` and so on. */
export function requestFixture(name: string): Record<string, unknown> {
  return readJson(`requests/${name}.json`)['body'] as Record<string, unknown>;
}

/** A call of an Earth Engine function; its arguments are nodes, or what a test has put in their place. */
export function call(functionName: string, given: Record<string, unknown> = {}): ValueNode {
  return { functionInvocationValue: { functionName, arguments: given as Record<string, ValueNode> } };
}

export function constant(value: unknown): ValueNode {
  return { constantValue: value };
}

export function reference(key: string): ValueNode {
  return { valueReference: key };
}

/** A trained classifier, as the commonest graph has it; `changes` are arguments of `Classifier.train`. */
export function trained(
  classifier: unknown = call('Classifier.smileCart'),
  changes: Record<string, unknown> = {},
): ValueNode {
  return call('Classifier.train', {
    classifier,
    features: call('Collection.loadTable', { tableId: constant('projects/my-project/assets/training') }),
    classProperty: constant('landcover'),
    inputProperties: constant(['B2', 'B3']),
    ...changes,
  });
}

/** A graph of `values`, the result being `0`. */
export function graph(values: Record<string, unknown>): Expression {
  return { result: '0', values: values as Record<string, ValueNode> };
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(path, FIXTURES), 'utf8'));
}
