import type { Place } from '../faults/place.ts';
import type { Violations } from '../faults/violations.ts';
import type { ValueNode } from './expression.ts';
import type { JsonBytes } from './json-bytes.ts';

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
  /** How many bytes of JSON the values have together, as long as there is no fault. */
  bytes: number;
  /** The JSON of lists in constants that hold nothing but numbers: it is needed twice, and costs more than the walk. */
  numberLists: Map<unknown, string>;
  /** Where a zero has a sign, which JSON.stringify drops. */
  negativeZero?: Place;
}

/** A walk under way: the entry of `values` it is in, and what it found so far. */
export interface Walk {
  owner: GraphValue;
  /** Level of nesting that it is at. */
  depth: number;
  nodes: GraphNodes;
  bytes: JsonBytes;
  violations: Violations;
}
