import { closestName } from '../faults/closest-name.ts';
import { quoteShort } from '../faults/describe-value.ts';
import type { Violations } from '../faults/violations.ts';
import type { CheckedGraph } from '../graph/check-expression.ts';
import type { GraphNodes } from '../graph/graph-walk.ts';
import { type PlacedNode, resolveNode } from '../graph/resolve-node.ts';
import { checkArguments, type Looked } from './check-arguments.ts';
import { checkMode } from './check-mode.ts';
import { checkTrees } from './check-trees.ts';
import { CLASSIFIER_FUNCTIONS, classifierFacts, EXPORTABLE, shortName } from './classifier-facts.ts';
import { type ClassifierRoot, findRoot, type Roots, stepInto } from './find-root.ts';
import { typeFault } from './type-fault.ts';

/** Where faults go, and what is merely unwise. */
export interface Findings {
  violations: Violations;
  warnings: Violations;
}

/**
 * Checks what a valid graph says about classifiers: that its result is one that may be exported, and every
 * `Classifier.*` call in it. What only the evaluation can tell passes.
 */
export function checkClassifier(
  { nodes, expression }: CheckedGraph,
  nonExportable: 'reject' | 'warn',
  { violations, warnings }: Findings,
): void {
  const roots: Roots = new Map();
  checkCalls(nodes, roots, { violations, warnings });
  const result = nodes.values.get(expression.result);
  if (result === undefined) return;
  checkType(nodes, result, violations);
  const root = findRoot(nodes, result, roots);
  const name = root.node.functionInvocationValue?.functionName;
  if (name === undefined) return;
  if (name !== 'Classifier.load' && !EXPORTABLE.includes(name)) {
    const to = nonExportable === 'reject' ? violations : warnings;
    if (makesClassifier(name)) to.add(root.place, () => notExportable(name));
  } else warnAbout(root, name, warnings);
}

function checkCalls(nodes: GraphNodes, roots: Roots, { violations, warnings }: Findings): void {
  const looked: Looked = new Map();
  const read = new Set<unknown>();
  for (const call of nodes.classifierCalls) {
    const facts = classifierFacts(call.name);
    if (facts === undefined) {
      warnings.add(
        call.place,
        () => `The function ${quoteShort(call.name)} is not known here: its arguments were not checked`,
      );
      continue;
    }
    checkArguments(nodes, { call, facts, looked }, violations);
    checkTrees(nodes, { call, read }, violations);
    checkMode(nodes, { call, roots }, violations);
  }
}

function checkType(nodes: GraphNodes, result: PlacedNode, violations: Violations): void {
  let last = resolveNode(nodes, result);
  for (let body = stepInto(nodes, last); body !== undefined; body = stepInto(nodes, last)) last = body;
  const fault = typeFault('Classifier', last.node);
  if (fault !== undefined)
    violations.add(last.place, () => `Cannot export the result: ${fault}; a Classifier is wanted`);
}

/** Whether a function is, or by its name should be, one that makes a classifier. */
function makesClassifier(name: string): boolean {
  const facts = classifierFacts(name);
  return facts === undefined ? name.startsWith('Classifier.') : facts.role === 'constructor';
}

function notExportable(name: string): string {
  const only = `Earth Engine exports ${EXPORTABLE.map(shortName).join(', ')} only`;
  const close = classifierFacts(name) === undefined ? closestName(name, CLASSIFIER_FUNCTIONS) : undefined;
  return `Cannot export ${quoteShort(name)}: ${only}${close === undefined ? '' : `; did you mean ${close}?`}`;
}

function warnAbout(root: ClassifierRoot, name: string, warnings: Violations): void {
  if (name === 'Classifier.load') {
    warnings.add(
      root.place,
      () => 'The classifier is itself loaded from an asset: copying that asset does the same at once',
    );
  } else if (!root.trained && !classifierFacts(name)?.trained) {
    warnings.add(
      root.place,
      () => `The classifier is not trained: ${name} without Classifier.train classifies nothing`,
    );
  }
  if (root.lateMode === undefined) return;
  const wanted = 'Earth Engine documents it as to be set before Classifier.train';
  warnings.add(root.lateMode.place, () => `The output mode is set after the training: ${wanted}`);
}
