import { classifierFacts } from '../classifier/classifier-facts.ts';
import type { Expression } from '../graph/expression.ts';
import type { Recipe } from './recipe-schema.ts';
import { type RawArgument, type RecipeNode, writeGraph } from './write-graph.ts';

type Training = NonNullable<Recipe['training']>;
type Arguments = [name: string, value: RecipeNode | RawArgument][];

/**
 * The graph of a checked recipe, as the official JavaScript client writes it for
 *
 *     ee.Classifier.smileCart({…}).setOutputMode(mode).train({features, classProperty, inputProperties, …})
 *
 * where `features` is `ee.FeatureCollection(table)`, or `ee.Image(image).sampleRegions({collection:
 * ee.FeatureCollection(samples), properties: [classProperty], scale})`. Of `trees`, one text is a `decisionTree`,
 * a list a `decisionTreeEnsemble`.
 */
export function toExpression({ classifier, training, trees }: Recipe): Expression {
  if (typeof trees === 'string') return writeGraph(call('Classifier.decisionTree', [['treeString', toNode(trees)]]));
  if (trees) return writeGraph(call('Classifier.decisionTreeEnsemble', [['treeStrings', toNode(trees)]]));
  const name = `Classifier.${classifier?.name}`;
  const made = call(name, inOrder(name, (classifier?.arguments ?? {}) as Record<string, unknown>));
  return writeGraph(training ? train(made, training) : made);
}

function train(classifier: RecipeNode, training: Training): RecipeNode {
  const { outputMode, classProperty, inputProperties, subsampling, subsamplingSeed } = training;
  const mode: Arguments = [
    ['classifier', classifier],
    ['mode', toNode(outputMode)],
  ];
  return call('Classifier.train', [
    ['classifier', outputMode ? call('Classifier.setOutputMode', mode) : classifier],
    ['features', toFeatures(training)],
    ...inOrder('Classifier.train', { classProperty, inputProperties, subsampling, subsamplingSeed }),
  ]);
}

function toFeatures({ table, image, samples, classProperty, scale }: Training): RecipeNode {
  if (table) return loadTable(table);
  return call('Image.sampleRegions', [
    ['image', call('Image.load', [['id', { raw: String(image) }]])],
    ['collection', loadTable(samples)],
    ['properties', toNode([classProperty])],
    ['scale', toNode(scale)],
  ]);
}

function loadTable(id: unknown): RecipeNode {
  return call('Collection.loadTable', [['tableId', { raw: String(id) }]]);
}

/** The arguments given, in the order in which the function has them; null is as good as not given. */
function inOrder(name: string, given: Record<string, unknown>): Arguments {
  const names = Object.keys(classifierFacts(name)?.arguments ?? {});
  const present = names.filter((key) => Object.hasOwn(given, key) && (given[key] ?? null) !== null);
  return present.map((key) => [key, toNode(given[key])]);
}

function call(name: string, given: Arguments): RecipeNode {
  return { call: name, arguments: given };
}

function toNode(value: unknown): RecipeNode {
  if (Array.isArray(value)) return { list: value.map(toNode) };
  return { constant: value as string | number | boolean | null };
}
