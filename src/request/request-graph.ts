import { checkClassifier } from './classifier/check-classifier.ts';
import { placeAt } from './faults/place.ts';
import { createViolations, type FieldViolation, type Violations } from './faults/violations.ts';
import { checkExpression } from './graph/check-expression.ts';
import type { Expression } from './graph/expression.ts';
import type { GraphNodes } from './graph/graph-walk.ts';
import { isObject, type Json } from './json/json-object.ts';
import { type Outline, toOutline } from './outline/to-outline.ts';
import { checkRecipe } from './recipes/check-recipe.ts';
import { classifierSchema, type Recipe, trainingSchema, treesSchema } from './recipes/recipe-schema.ts';
import { toExpression } from './recipes/to-expression.ts';

/** The graph of a request, checked, what is unwise about it, and what it is in few words. */
export interface RequestGraph {
  expression: Expression;
  nodes: GraphNodes;
  warnings: FieldViolation[];
  outline?: Outline;
}

const SOURCES = ['expression', 'classifier', 'trees'] as const;

/** Reads the graph of a request, or makes it from the recipe there is instead, and checks it whole. */
export function readGraph(
  body: unknown,
  { nonExportable }: { nonExportable: 'reject' | 'warn' },
  violations: Violations,
): RequestGraph | undefined {
  if (!isObject(body)) return undefined;
  const given = SOURCES.filter((key) => isGiven(body, key));
  if (given.length > 1) {
    const [first, second = ''] = given;
    violations.add(
      placeAt(second),
      () => `Cannot use ${second}: ${first} is given too; exactly one of ${SOURCES.join(', ')} is wanted`,
    );
  }
  if (given.length === 0) {
    const what = 'what classifier.serialize() gives, or a classifier with its training, or trees, is wanted';
    violations.add(placeAt('expression'), () => `Cannot export without an expression: it is missing; ${what}`);
  }
  const made = given[0] === 'expression' ? body['expression'] : makeExpression(body, violations);
  if (made === undefined) return undefined;
  const graph = checkExpression(made, violations);
  if (graph === undefined) return undefined;
  const warnings = createViolations();
  checkClassifier(graph, nonExportable, { violations, warnings });
  const checked = {
    expression: graph.expression,
    nodes: graph.nodes,
    warnings: [...graph.warnings, ...warnings.list()],
  };
  const outline = toOutline(graph);
  return outline ? { ...checked, outline } : checked;
}

/** The graph of a recipe without fault. What the schema has against its fields is told with all other fields. */
function makeExpression(body: Json, violations: Violations): Expression | undefined {
  const classifier = classifierSchema.nullish().safeParse(body['classifier']);
  const training = trainingSchema.nullish().safeParse(body['training']);
  const trees = treesSchema.nullish().safeParse(body['trees']);
  const isRead = classifier.success && training.success && trees.success;
  const before = violations.count();
  const recipe: Recipe = { classifier: classifier.data, training: training.data, trees: trees.data };
  if (isRead) checkRecipe(recipe, violations);
  return isRead && violations.count() === before && (recipe.classifier || recipe.trees)
    ? toExpression(recipe)
    : undefined;
}

function isGiven(body: Json, key: string): boolean {
  return Object.hasOwn(body, key) && body[key] !== null && body[key] !== undefined;
}
