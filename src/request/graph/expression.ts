/** One node of a graph, as Earth Engine's REST reference defines it: exactly one of these keys. */
export interface ValueNode {
  /** Any JSON; `null` is a value of its own, so test for the key. */
  constantValue?: unknown;
  /** A 64-bit integer as text. */
  integerValue?: string;
  /** Base64. */
  bytesValue?: string;
  arrayValue?: { values?: ValueNode[] };
  dictionaryValue?: { values?: Record<string, ValueNode> };
  functionDefinitionValue?: FunctionDefinition;
  functionInvocationValue?: FunctionInvocation;
  /** An argument of a function definition further up. */
  argumentReference?: string;
  /** A key of `Expression.values`. */
  valueReference?: string;
}

/** A function made of nodes, as `Collection.map` takes it. */
export interface FunctionDefinition {
  argumentNames?: string[];
  /** A key of `Expression.values`. */
  body: string;
}

/** A call: of one of Earth Engine's functions by name, or of a function in the graph. */
export interface FunctionInvocation {
  functionName?: string;
  /** A key of `Expression.values` that holds a function. */
  functionReference?: string;
  arguments?: Record<string, ValueNode>;
}

/** What `classifier.serialize()` of an official client writes: a graph of nodes and the key of the one that is the result. */
export interface Expression {
  values: Record<string, ValueNode>;
  result: string;
}

/** The nodes one step below `node` in its own value, with the keys that lead to them. References are not followed. */
export function childNodes(node: ValueNode): { keys: (string | number)[]; node: ValueNode }[] {
  if (node.functionInvocationValue !== undefined) {
    const entries = Object.entries(node.functionInvocationValue.arguments ?? {});
    return entries.map(([name, child]) => ({ keys: ['functionInvocationValue', 'arguments', name], node: child }));
  }
  if (node.arrayValue !== undefined) {
    const values = node.arrayValue.values ?? [];
    return values.map((child, index) => ({ keys: ['arrayValue', 'values', index], node: child }));
  }
  const entries = Object.entries(node.dictionaryValue?.values ?? {});
  return entries.map(([name, child]) => ({ keys: ['dictionaryValue', 'values', name], node: child }));
}
