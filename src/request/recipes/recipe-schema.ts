import * as z from 'zod';
import { classifierFacts, EXPORTABLE, shortName } from '../classifier/classifier-facts.ts';
import { wanted } from '../faults/wanted.ts';

const OUTPUT_MODES = (classifierFacts('Classifier.setOutputMode')?.arguments['mode']?.oneOf ?? []).map(String);

/** A classifier by its Earth Engine name and arguments, as in `ee.Classifier.smileCart({maxNodes: 50})`. */
export const classifierSchema = z.strictObject(
  {
    name: z
      .enum(EXPORTABLE.map(shortName), wanted('name', `one of ${EXPORTABLE.map(shortName).join(', ')} is`))
      .meta({ description: 'Which classifier, as Earth Engine names it.' }),
    arguments: z
      .unknown()
      .optional()
      .meta({ description: 'Its arguments by name, constants all.', type: 'object', additionalProperties: true }),
  },
  wanted('classifier', '{"name": …, "arguments": {…}} is'),
);

/** What a classifier is trained on: a table, or an image at the places of samples. */
export const trainingSchema = z.strictObject(
  {
    table: assetId('table').meta({
      description: 'Table asset with a feature for each sample. Or: image, samples and scale.',
    }),
    image: assetId('image').meta({ description: 'Image asset whose bands are read at the samples.' }),
    samples: assetId('samples').meta({ description: 'Table asset with the places to read, and the class of each.' }),
    scale: z
      .number(wanted('scale', 'a number of metres above 0 is'))
      .positive(wanted('scale', 'a number of metres above 0 is'))
      .nullish()
      .meta({ description: 'Metres per pixel at which the image is read.' }),
    classProperty: z
      .string(wanted('classProperty', 'the name of a property is'))
      .min(1, wanted('classProperty', 'the name of a property is'))
      .meta({ description: 'Property that holds the class, as a number.' }),
    inputProperties: textList('inputProperties', 'a list of at least one name')
      .nullish()
      .meta({ description: 'Properties (bands) to learn from. Default: what the sampled image has.' }),
    outputMode: z
      .enum(OUTPUT_MODES, wanted('outputMode', `one of ${OUTPUT_MODES.join(', ')} is`))
      .nullish()
      .meta({ description: 'What the classifier answers. Default: CLASSIFICATION.' }),
    subsampling: z
      .number(wanted('subsampling', 'a number above 0 and at most 1 is'))
      .positive(wanted('subsampling', 'a number above 0 and at most 1 is'))
      .max(1, wanted('subsampling', 'a number above 0 and at most 1 is'))
      .nullish()
      .meta({ description: 'Share of the samples to train on. Default: 1.' }),
    subsamplingSeed: z
      .int(wanted('subsamplingSeed', 'an integer is'))
      .nullish()
      .meta({ description: 'Seed of the subsampling. Default: 0.' }),
  },
  wanted('training', 'an object with table (or image, samples, scale) and classProperty is'),
);

/** The text of one decision tree, or a list of such texts. */
export const treesSchema = z.union(
  [z.string(), textList('trees', 'the text of a decision tree, or a list of such texts,')],
  wanted('trees', 'the text of a decision tree, or a list of such texts, is'),
);

/** A classifier, what it is trained on, or trees: what a caller may give instead of a graph. */
export interface Recipe {
  classifier?: z.infer<typeof classifierSchema> | null | undefined;
  training?: z.infer<typeof trainingSchema> | null | undefined;
  trees?: z.infer<typeof treesSchema> | null | undefined;
}

function assetId(name: string) {
  const what = 'the id of an asset is';
  return z.string(wanted(name, what)).min(1, wanted(name, what)).nullish();
}

/** One check for the whole list: zod's own keeps an issue for each of a million wrong items. */
function textList(name: string, what: string) {
  return z
    .unknown()
    .refine(isTextList, wanted(name, `${what} is`))
    .meta({ type: 'array', items: { type: 'string' }, minItems: 1 });
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}
