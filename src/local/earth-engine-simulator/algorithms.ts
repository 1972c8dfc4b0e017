import algorithms from './algorithms.json' with { type: 'json' };

/** A function of Earth Engine as algorithms.list describes it. */
export interface AlgorithmJson {
  /** `algorithms/Classifier.train` */
  name: string;
  description: string;
  returnType: string;
  arguments: { argumentName: string; type: string; optional?: boolean; defaultValue?: unknown }[];
  hidden?: boolean;
}

/** An argument in the table: name, type and, if it may be left out, its default (null: none). */
type Argument = readonly unknown[];

const TABLE: Record<string, { returns: string; args: readonly Argument[]; hidden?: boolean }> = algorithms;

/**
 * The functions that classifiers and the usual ways to their training data are made of: all of `Classifier.*`, and what
 * the official clients need to start and to build such graphs. The real list has some thousand; another function only
 * keeps a client from building its graph, for an export may name any.
 */
export function listAlgorithms(): AlgorithmJson[] {
  return Object.entries(TABLE).map(([name, { returns, args, ...more }]) => ({
    name: `algorithms/${name}`,
    description: '',
    returnType: returns,
    arguments: args.map(toArgumentJson),
    ...more,
  }));
}

function toArgumentJson([name, type, defaultValue]: Argument): AlgorithmJson['arguments'][number] {
  const required = { argumentName: String(name), type: String(type) };
  return defaultValue === undefined ? required : { ...required, optional: true, defaultValue };
}
