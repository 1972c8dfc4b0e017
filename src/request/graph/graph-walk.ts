import type { ValueNode } from '../expression.ts';
import type { Place } from '../place.ts';
import type { Violations } from '../violations.ts';

/** A node's way out of its own value: to another value, by whatever kind of reference. */
export interface GraphReference {
  kind: 'valueReference' | 'functionReference' | 'body';
  to: string;
  place: Place;
  /** The argument names that a function definition binds in the body it refers to. */
  binds: readonly string[];
}

/** An argumentReference. */
export interface UsedArgument {
  name: string;
  place: Place;
}

/** One entry of `values`: its node, and what the nodes in it refer to. */
export interface GraphValue {
  key: string;
  node: ValueNode;
  place: Place;
  references: readonly GraphReference[];
  /** Its argumentReferences. */
  arguments: readonly UsedArgument[];
  /** The value it stands for, where all it is is a reference to another; set once references have been followed. */
  standsFor?: GraphValue;
  /** Whether following references has entered it, and left it again. */
  followed?: 'open' | 'done';
}

/** A call of one of Earth Engine's own functions. */
export interface GraphCall {
  name: string;
  node: ValueNode;
  place: Place;
}

/** What one walk over all nodes found. */
export interface GraphNodes {
  values: Map<string, GraphValue>;
  /** Calls of `Classifier.*`, in the order of the graph. */
  classifierCalls: GraphCall[];
  /** Levels of nesting, the expression itself being the first. */
  depth: number;
  /** Where a zero has a sign, which JSON.stringify drops. */
  negativeZero?: Place;
}

/** Something to be looked at: a node, or (`constant`) a list or object within a constant. */
export interface Todo {
  value: unknown;
  place: Place;
  depth: number;
  constant: boolean;
}

/** A walk under way: what is left to look at, the entry of `values` it is in, and what it found so far. */
export interface Walk {
  todo: Todo[];
  owner: GraphValue;
  nodes: GraphNodes;
  violations: Violations;
}
