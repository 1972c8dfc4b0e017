import { closestName } from '../faults/closest-name.ts';
import { describeValue, quoteShort } from '../faults/describe-value.ts';
import type { Violations } from '../faults/violations.ts';
import type { ValueNode } from '../graph/expression.ts';
import type { GraphCall, GraphNodes } from '../graph/graph-walk.ts';
import { argumentPlace, findArgument, toConstant } from '../graph/resolve-node.ts';
import { type ArgumentFacts, type ClassifierFacts, shortName } from './classifier-facts.ts';
import { typeFault } from './type-fault.ts';

/** Nodes already looked at as an argument of some type: a value that many calls share is looked at once. */
export type Looked = Map<ValueNode, Set<ArgumentFacts>>;

/** Checks the arguments of a `Classifier.*` call against what is known of the function. */
export function checkArguments(
  nodes: GraphNodes,
  { call, facts, looked }: { call: GraphCall; facts: ClassifierFacts; looked: Looked },
  violations: Violations,
): void {
  const known = Object.keys(facts.arguments);
  for (const name of Object.keys(call.node.functionInvocationValue?.arguments ?? {})) {
    if (Object.hasOwn(facts.arguments, name)) continue;
    violations.add(argumentPlace(call.place, name), () => unknownArgument(call.name, name, known));
  }
  for (const [name, argument] of Object.entries(facts.arguments)) {
    const given = findArgument(nodes, call, name);
    if (given === undefined) {
      if (argument.required)
        violations.add(argumentPlace(call.place, name), () => missingArgument(call.name, name, argument));
    } else if (isNew(looked, given.node, argument)) {
      const fault = argumentFault(argument, given.node);
      if (fault !== undefined) {
        violations.add(given.place, () => `Cannot use this as ${name} of ${shortName(call.name)}: ${fault}`);
      }
    }
  }
}

/** Why a resolved node cannot be the argument, and what can; undefined when nothing is known against it. */
export function argumentFault(argument: ArgumentFacts, node: ValueNode): string | undefined {
  const fault = typeFault(argument.type, node) ?? rangeFault(argument, node);
  return fault === undefined ? undefined : `${fault}; ${toWanted(argument)}`;
}

/** What to say of an argument that the function `name` does not have. */
export function unknownArgument(name: string, argument: string, known: string[]): string {
  const close = closestName(argument, known);
  const hint = close === undefined ? `one of ${known.join(', ')} is wanted` : `did you mean ${close}?`;
  return `Cannot call ${name} with ${quoteShort(argument)}: it has no such argument; ${hint}`;
}

/** What to say of an argument that the function `name` needs and did not get. */
export function missingArgument(name: string, argument: string, facts: ArgumentFacts): string {
  return `Cannot call ${name} without ${argument}: it is missing; ${toWanted(facts)}`;
}

function isNew(looked: Looked, node: ValueNode, argument: ArgumentFacts): boolean {
  const before = looked.get(node);
  if (before?.has(argument)) return false;
  if (before === undefined) looked.set(node, new Set([argument]));
  else before.add(argument);
  return true;
}

function rangeFault({ oneOf, least, most, above }: ArgumentFacts, node: ValueNode): string | undefined {
  const constant = toConstant(node);
  if (!constant.known) return undefined;
  const { value } = constant;
  const isListed = oneOf === undefined || oneOf.some((item) => item === value);
  const isInRange =
    typeof value !== 'number' ||
    (value >= (least ?? value) && value <= (most ?? value) && value > (above ?? -Infinity));
  return isListed && isInRange ? undefined : `it is ${describeValue(value)}`;
}

function toWanted({ type, oneOf, least, most, above }: ArgumentFacts): string {
  if (oneOf !== undefined) return `one of ${oneOf.join(', ')} is wanted`;
  const limits = [
    ...(least === undefined ? [] : [`of at least ${least}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(most === undefined ? [] : [`of at most ${most}`]),
  ];
  return [`${/^[IAEO]/.test(type) ? 'an' : 'a'} ${type}`, limits.join(' and '), 'is wanted'].filter(Boolean).join(' ');
}
