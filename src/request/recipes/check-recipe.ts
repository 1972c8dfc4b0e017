import { argumentFault, missingArgument, unknownArgument } from '../classifier/check-arguments.ts';
import { type ClassifierFacts, classifierFacts } from '../classifier/classifier-facts.ts';
import { decisionTreeFault } from '../classifier/decision-tree.ts';
import { describeValue } from '../faults/describe-value.ts';
import { type Place, placeAt } from '../faults/place.ts';
import type { Violations } from '../faults/violations.ts';
import { isObject } from '../json/json-object.ts';
import type { Recipe } from './recipe-schema.ts';

type Classifier = NonNullable<Recipe['classifier']>;
type Training = NonNullable<Recipe['training']>;

const TRAINING = placeAt('training');
const ARGUMENTS = placeAt('arguments', placeAt('classifier'));

/** Checks what the schema of a recipe cannot say: which of its fields go together, the arguments and the trees. */
export function checkRecipe({ classifier, training, trees }: Recipe, violations: Violations): void {
  if (trees) checkTexts(trees, placeAt('trees'), violations);
  if (classifier) {
    const facts = classifierFacts(`Classifier.${classifier.name}`);
    if (facts !== undefined) checkArguments(classifier, facts, violations);
    if (facts !== undefined && training) checkMode(classifier, { training, facts }, violations);
    checkCombination(classifier, { training, trained: facts?.trained ?? false }, violations);
  } else if (training) {
    violations.add(
      TRAINING,
      () => 'Cannot use training: there is no classifier to train; one of the name and arguments of its kind is wanted',
    );
  }
  if (training) checkFeatures(training, violations);
}

function checkCombination(
  { name }: Classifier,
  { training, trained }: { training: Recipe['training']; trained: boolean },
  violations: Violations,
): void {
  if (trained && training) {
    violations.add(TRAINING, () => `Cannot train ${name}: it is made of ready trees; leave training out`);
  } else if (!(trained || training)) {
    const what = 'an object with table (or image, samples, scale) and classProperty is wanted';
    violations.add(TRAINING, () => `Cannot export ${name} untrained: training is missing; ${what}`);
  }
}

function checkArguments(
  { name, arguments: given = {} }: Classifier,
  facts: ClassifierFacts,
  violations: Violations,
): void {
  if (!isObject(given)) {
    violations.add(
      ARGUMENTS,
      () => `Cannot use arguments: it is ${describeValue(given)}; an object of arguments by name is wanted`,
    );
    return;
  }
  const known = Object.keys(facts.arguments);
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(facts.arguments, key)) continue;
    violations.add(placeAt(key, ARGUMENTS), () => unknownArgument(name, key, known));
  }
  for (const [key, argument] of Object.entries(facts.arguments)) {
    const value = Object.hasOwn(given, key) ? (given[key] ?? null) : null;
    const place = placeAt(key, ARGUMENTS);
    if (value === null) {
      if (argument.required) violations.add(place, () => missingArgument(name, key, argument));
      continue;
    }
    const fault = argumentFault(argument, { constantValue: value });
    if (fault !== undefined) violations.add(place, () => `Cannot use this as ${key} of ${name}: ${fault}`);
    else if (key.startsWith('treeString')) checkTexts(value, place, violations);
  }
}

function checkMode(
  { name }: Classifier,
  { training, facts }: { training: Training; facts: ClassifierFacts },
  violations: Violations,
): void {
  const { outputMode } = training;
  const { modes } = facts;
  if (!outputMode || !Array.isArray(modes) || modes.includes(outputMode)) return;
  const what = `one of ${modes.join(', ')} is wanted`;
  violations.add(
    placeAt('outputMode', TRAINING),
    () => `Cannot use the output mode ${outputMode}: ${name} does not support it; ${what}`,
  );
}

function checkFeatures(training: Training, violations: Violations): void {
  const parts = ['image', 'samples', 'scale'] as const;
  const given = parts.filter((key) => (training[key] ?? null) !== null);
  if (training.table && given.length > 0) {
    const what = 'a table of samples, or an image and the places to sample it, is wanted';
    violations.add(placeAt('table', TRAINING), () => `Cannot use table: ${given.join(', ')} is given too; ${what}`);
  } else if (!training.table && given.length < parts.length) {
    const missing = parts.filter((key) => !given.includes(key));
    const has = given.length === 0 ? 'there is no table' : `${missing.join(', ')} missing`;
    violations.add(TRAINING, () => `Cannot train: ${has}; table, or all of image, samples and scale, is wanted`);
  }
}

function checkTexts(trees: unknown, place: Place, violations: Violations): void {
  const texts: unknown[] = Array.isArray(trees) ? trees : [trees];
  texts.forEach((text, index) => {
    const fault = typeof text === 'string' ? decisionTreeFault(text) : undefined;
    const at = Array.isArray(trees) ? placeAt(index, place) : place;
    if (fault !== undefined)
      violations.add(at, () => `Cannot read this decision tree: line ${fault.line}: ${fault.reason}`);
  });
}
