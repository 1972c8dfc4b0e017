import facts from './classifiers.json' with { type: 'json' };

/** What an argument of a `Classifier.*` function may be. */
export interface ArgumentFacts {
  /** As Earth Engine names types: `Integer`, `List<String>`, `Classifier`, … */
  type: string;
  required?: boolean;
  oneOf?: (string | number)[];
  /** Smallest and largest number allowed; `above` is itself not allowed. */
  least?: number;
  most?: number;
  above?: number;
}

/** What is known of a `Classifier.*` function, from Earth Engine's list of algorithms and its documentation. */
export interface ClassifierFacts {
  returns: string;
  /** `constructor` makes a classifier, `transform` changes one, `accessor` asks one for something else. */
  role: string;
  /** Constructors only: whether what it makes may be exported. */
  exportable?: boolean;
  /** Constructors only: whether what it makes is ready for use without `Classifier.train`. */
  trained?: boolean;
  /** Output modes it supports, where documented; of libsvm they depend on an argument. */
  modes?: string[] | { by: string; otherwise: string; of: Record<string, string[]> };
  arguments: Record<string, ArgumentFacts>;
}

const functions: Record<string, ClassifierFacts> = facts.functions;
const returns: Record<string, string> = facts.returns;

/** Every `Classifier.*` function known. */
export const CLASSIFIER_FUNCTIONS: readonly string[] = Object.keys(functions);

/** The classifiers Earth Engine documents as exportable, by their constructors. */
export const EXPORTABLE: readonly string[] = CLASSIFIER_FUNCTIONS.filter((name) => functions[name]?.exportable);

/** Facts about the function `name`, such as `Classifier.train`; undefined when it is not known. */
export function classifierFacts(name: string): ClassifierFacts | undefined {
  return Object.hasOwn(functions, name) ? functions[name] : undefined;
}

/** The type a function answers, `Object` where that depends; undefined when the function is not known. */
export function returnType(name: string): string | undefined {
  return classifierFacts(name)?.returns ?? (Object.hasOwn(returns, name) ? returns[name] : undefined);
}

/** `smileCart` of `Classifier.smileCart`. */
export function shortName(name: string): string {
  return name.replace(/^Classifier\./, '');
}
