import { quoteShort } from '../faults/describe-value.ts';
import type { Violations } from '../faults/violations.ts';
import type { GraphCall, GraphNodes } from '../graph/graph-walk.ts';
import { findArgument, type PlacedNode, toConstant } from '../graph/resolve-node.ts';
import { classifierFacts } from './classifier-facts.ts';
import { findRoot, type Roots } from './find-root.ts';

/** Checks that the classifier a `setOutputMode` call is about supports the mode, as far as both are known. */
export function checkMode(
  nodes: GraphNodes,
  { call, roots }: { call: GraphCall; roots: Roots },
  violations: Violations,
): void {
  if (call.name !== 'Classifier.setOutputMode') return;
  const mode = findArgument(nodes, call, 'mode');
  const wanted = mode && toConstant(mode.node);
  if (!wanted?.known || typeof wanted.value !== 'string') return;
  const root = findRoot(nodes, call, roots);
  const name = root.node.functionInvocationValue?.functionName ?? '';
  const modes = supportedModes(nodes, root, name);
  // A mode that no classifier has is named among the call's arguments.
  const known = classifierFacts(call.name)?.arguments['mode']?.oneOf ?? [];
  if (modes === undefined || modes.includes(wanted.value) || !known.includes(wanted.value)) return;
  const { value } = wanted;
  violations.add(
    mode?.place ?? call.place,
    () =>
      `Cannot use the output mode ${quoteShort(value)}: ${name} does not support it; one of ${modes.join(', ')} is wanted`,
  );
}

function supportedModes(nodes: GraphNodes, root: PlacedNode, name: string): string[] | undefined {
  const modes = classifierFacts(name)?.modes;
  if (modes === undefined || Array.isArray(modes)) return modes;
  const given = findArgument(nodes, root, modes.by);
  if (given === undefined) return modes.of[modes.otherwise];
  const constant = toConstant(given.node);
  const kind = constant.known ? String(constant.value) : '';
  return Object.hasOwn(modes.of, kind) ? modes.of[kind] : undefined;
}
