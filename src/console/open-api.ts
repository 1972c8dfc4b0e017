import * as z from 'zod';
import { ROUTES } from '../functions/routes/routes.ts';
import { requestSchema } from '../request/request-schema.ts';
import { errorSchema, exportPageSchema, exportSchema, operationSchema, validationSchema } from './answer-schemas.ts';
import operations from './open-api-operations.json' with { type: 'json' };
import parts from './open-api-parts.json' with { type: 'json' };

const WANTED = 'an entry in open-api-operations.json is wanted';

const DOCUMENTED: Readonly<Record<string, object | undefined>> = operations;

const SCHEMAS = {
  ExportRequest: requestSchema,
  Export: exportSchema,
  ExportPage: exportPageSchema,
  Validation: validationSchema,
  Operation: operationSchema,
  Error: errorSchema,
};

/**
 * The contract of `exportsHttp` as OpenAPI 3.1: its routes from the route table, its schemas from those by which requests
 * are checked and answers described. Throws when a route is not documented.
 */
export function createOpenApi(): object {
  const { components, ...head } = parts;
  return { openapi: '3.1.1', ...head, paths: toPaths(), components: { ...components, schemas: toSchemas() } };
}

function toPaths(): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path } of ROUTES) {
    const operation = DOCUMENTED[`${method} ${path}`];
    if (!operation) throw new Error(`Cannot describe the service: ${method} ${path} is not documented; ${WANTED}`);
    const template = path.replace('=**}', '}');
    paths[template] = { ...paths[template], [method.toLowerCase()]: operation };
  }
  return paths;
}

function toSchemas(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, schema]) => {
      const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: 'input' });
      return [name, plain];
    }),
  );
}
