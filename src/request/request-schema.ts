import * as z from 'zod';
import { wanted } from './faults/wanted.ts';
import { ASSET_NAME_PATTERN } from './fields/asset-name.ts';
import { DESCRIPTION, descriptionFault } from './fields/description.ts';
import { labelFaults, MAX_LABELS } from './fields/labels.ts';
import { DEFAULT_PRIORITY, HIGHEST_PRIORITY, LOWEST_PRIORITY } from './fields/priority.ts';
import { PROJECT_PATTERN, projectFault } from './fields/project-id.ts';
import { REQUEST_ID } from './fields/request-id.ts';
import { classifierSchema, trainingSchema, treesSchema } from './recipes/recipe-schema.ts';

const WORKLOAD_TAG = /^(?:[a-z0-9]|[a-z0-9][-_a-z0-9]{0,61}[a-z0-9])$/;

const priorityWanted = wanted('priority', `an integer from ${LOWEST_PRIORITY} to ${HIGHEST_PRIORITY} is`);
const priority = z.int(priorityWanted).min(LOWEST_PRIORITY, priorityWanted).max(HIGHEST_PRIORITY, priorityWanted);

const destination = z.strictObject(
  {
    name: z
      .string(wanted('name', 'projects/PROJECT/assets/NAME is'))
      .meta({ description: 'Full name of the asset to write.', pattern: ASSET_NAME_PATTERN }),
    overwrite: z
      .boolean(wanted('overwrite', 'true or false is'))
      .nullish()
      .meta({ description: 'Whether an asset of that name is replaced. Default: false.' }),
  },
  wanted('earthEngineDestination', '{"name": "projects/PROJECT/assets/NAME"} is'),
);

/**
 * The body of a request, field by field; the graph has its own checks, `checkExpression` and `checkRecipe`. `null`
 * counts as absent, as in all of Google's JSON. Unknown keys are faults.
 */
export const requestSchema = z.strictObject(
  {
    project: z
      .string(wanted('project', 'a project id, e.g. "my-project", is'))
      .superRefine((text, context) => {
        const fault = projectFault(text);
        if (fault !== undefined) context.addIssue(`Cannot use project: ${fault}`);
      })
      .nullish()
      .meta({
        description: "Google Cloud project that is charged. Default: the service's own.",
        pattern: PROJECT_PATTERN,
      }),
    expression: z
      .unknown()
      .optional()
      .meta({
        description:
          'The classifier, as classifier.serialize() of an official client gives it: the JSON text, or the object.',
        anyOf: [{ type: 'object' }, { type: 'string' }],
      }),
    classifier: classifierSchema
      .nullish()
      .meta({ description: 'Instead of expression: a classifier by its Earth Engine name and arguments.' }),
    training: trainingSchema.nullish().meta({ description: 'What that classifier is trained on.' }),
    trees: treesSchema
      .nullish()
      .meta({ description: 'Instead of expression: the text of a decision tree, or a list of such texts.' }),
    description: z
      .string(wanted('description', 'text is'))
      .regex(DESCRIPTION, { error: ({ input }) => descriptionFault(String(input)) })
      .nullish()
      .meta({ description: 'Name of the operation, for people.' }),
    requestId: z
      .string(wanted('requestId', 'text is'))
      .regex(REQUEST_ID, wanted('requestId', '1 to 60 of A-Z a-z 0-9 - are'))
      .nullish()
      .meta({ description: 'Id of the export: the same id with the same content is the same export again.' }),
    assetExportOptions: z.strictObject(
      { earthEngineDestination: destination },
      wanted('assetExportOptions', '{"earthEngineDestination": {"name": "projects/PROJECT/assets/NAME"}} is'),
    ),
    workloadTag: z
      .string(wanted('workloadTag', 'text is'))
      .regex(WORKLOAD_TAG, wanted('workloadTag', '1 to 63 of a-z 0-9 _ - with a letter or digit at both ends are'))
      .nullish()
      .meta({ description: 'Label that the computing time has in Cloud Monitoring.' }),
    priority: z
      .union([priority, z.strictObject({ value: priority }, priorityWanted)], priorityWanted)
      .nullish()
      .meta({
        description: `Higher runs earlier; other than ${DEFAULT_PRIORITY} is for paid projects. Default: ${DEFAULT_PRIORITY}.`,
      }),
    labels: z
      .unknown()
      .optional()
      .superRefine((labels, context) => {
        for (const { key, fault } of labelFaults(labels)) {
          context.addIssue({ code: 'custom', message: fault, path: key === undefined ? [] : [key] });
        }
      })
      .meta({
        description: 'Kept with the export and told in its events; never sent to Earth Engine.',
        type: 'object',
        additionalProperties: { type: 'string', maxLength: 255 },
        maxProperties: MAX_LABELS,
      }),
    createParents: z
      .boolean(wanted('createParents', 'true or false is'))
      .nullish()
      .meta({ description: 'Whether missing parent folders of the asset are made. Default: false.' }),
  },
  wanted('the body', 'a JSON object is'),
);

/** A body that `requestSchema` accepts. */
export type RequestBody = z.infer<typeof requestSchema>;
