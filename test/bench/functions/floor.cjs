// The least that submits an export: no record, no check of the graph, no answer to a failure.
const { http } = require('@google-cloud/functions-framework');
const { Pool } = require('undici');
const z = require('zod');

const schema = z.object({
  project: z.string(),
  expression: z.object({ result: z.string(), values: z.record(z.string(), z.unknown()) }),
  assetExportOptions: z.object({ earthEngineDestination: z.object({ name: z.string() }) }),
});
const pool = new Pool(process.env.EARTHENGINE_URL);

http('floor', async (request, response) => {
  const { project, ...body } = schema.parse(request.body);
  const answer = await pool.request({
    method: 'POST',
    path: `/v1/projects/${project}/classifier:export`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  response.status(202).json(await answer.body.json());
});
