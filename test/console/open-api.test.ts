import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as z from 'zod';
import {
  errorSchema,
  exportPageSchema,
  exportSchema,
  operationSchema,
  validationSchema,
} from '../../src/console/answer-schemas.ts';
import { createOpenApi } from '../../src/console/open-api.ts';
import { toExportResource } from '../../src/functions/routes/export-resource.ts';
import { ROUTES } from '../../src/functions/routes/routes.ts';
import { parseExportRequest } from '../../src/request/export-request.ts';
import { REQUEST_ID } from '../../src/request/fields/request-id.ts';
import { fullExport } from '../exports/sample-export.ts';
import { bodyOf, startEdge } from '../functions/edge.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = JSON.parse(readFileSync(join(ROOT, 'openapi.json'), 'utf8'));

interface Media {
  schema: { $ref?: string; anyOf?: { $ref?: string }[] };
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Operation {
  operationId: string;
  parameters?: { name?: string; in?: string; $ref?: string }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { $ref?: string; content?: Record<string, Media> }>;
}
const operations = Object.entries(DOCUMENT.paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
);

describe('openapi.json', () => {
  test('is what the code makes (npm run openapi)', () => {
    expect(DOCUMENT).toEqual(JSON.parse(JSON.stringify(createOpenApi())));
  });

  test('passes a public linter', async () => {
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    const redocly = join(ROOT, 'node_modules/@redocly/cli/bin/cli.js');
    const { stderr } = await promisify(execFile)(process.execPath, [redocly, 'lint', 'openapi.json'], {
      cwd: ROOT,
      env,
    });
    expect(stderr).toContain('Your API description is valid');
    expect(stderr).not.toMatch(/warning/i);
  }, 30_000);

  test('has every route, with its parameters', () => {
    expect(operations.map(({ name }) => name).sort()).toEqual(
      ROUTES.map(({ method, path }) => `${method} ${path.replace('=**', '')}`).sort(),
    );
    for (const { method, path, query } of ROUTES) {
      if (query === 'google') continue;
      const { operation } = operations.find(({ name }) => name === `${method} ${path}`) ?? {};
      const documented = (operation?.parameters ?? []).filter((parameter) => parameter.in === 'query');
      expect(documented.map(({ name }) => name).sort()).toEqual([...query].sort());
    }
  });

  test('has ids such as a request may have', () => {
    expect(DOCUMENT.components.parameters.id.schema.pattern).toBe(REQUEST_ID.source);
  });

  test('gives every call its errors', () => {
    const calls = operations.filter(({ name }) => / \/v1\//.test(name));
    for (const { operation } of calls) {
      const errors = Object.keys(operation.responses).filter((status) => !status.startsWith('2'));
      expect(errors).toEqual(expect.arrayContaining(['401', '403', '503']));
    }
  });
});

describe('its examples', () => {
  const SCHEMAS: Record<string, z.ZodType> = {
    Export: exportSchema,
    ExportPage: exportPageSchema,
    Operation: operationSchema,
    Error: errorSchema,
  };
  const answers = operations.flatMap(({ name, operation }) =>
    Object.entries(operation.responses).flatMap(([status, { content }]) => {
      const media = content?.['application/json'];
      const reference = media?.schema.$ref ?? media?.schema.anyOf?.[0]?.$ref;
      const schema = SCHEMAS[reference?.split('/').at(-1) ?? ''];
      return schema && media?.example ? [{ title: `${status} of ${name}`, schema, example: media.example }] : [];
    }),
  );
  const requests = operations.flatMap(({ name, operation }) => {
    const media = operation.requestBody?.content['application/json'];
    if (media?.schema.$ref !== '#/components/schemas/ExportRequest') return [];
    const values = Object.values(media.examples ?? {}).map(({ value }) => value);
    return [media.example, ...values].filter(Boolean).map((example) => ({ name, example }));
  });

  test.each(answers)('$title is such an answer', ({ schema, example }) => {
    expect(schema.parse(example)).toEqual(example);
  });

  test.each(requests)('a request of $name is valid', ({ example }) => {
    const parsed = parseExportRequest(example, { defaultProject: 'my-project', nonExportable: 'reject' });
    expect(parsed).toMatchObject({ valid: true });
  });

  test('are not missing', () => {
    expect(answers.length).toBeGreaterThan(5);
    expect(requests).toHaveLength(3);
  });
});

describe('what the service answers', () => {
  let edge: Awaited<ReturnType<typeof startEdge>>;

  beforeAll(async () => {
    edge = await startEdge();
  });
  afterAll(() => edge.close());

  /** What is left over when a schema has taken all that it knows. */
  function expectKnown(schema: z.ZodType, answer: unknown): void {
    expect(schema.parse(answer)).toEqual(answer);
  }

  test('is described whole: an export with every field there is', () => {
    const { version: _, ...record } = { ...fullExport('full'), version: '' };
    expectKnown(exportSchema, JSON.parse(JSON.stringify(toExportResource({ ...record, version: '1' }))));
  });

  test('is described for each call', async () => {
    const submitted = await edge.call('/v1/exports', { json: bodyOf({ requestId: 'described' }) });
    expect(submitted.status).toBe(202);
    expectKnown(exportSchema, submitted.body);
    expectKnown(exportPageSchema, (await edge.call('/v1/exports')).body);
    expectKnown(validationSchema, (await edge.call('/v1/exports?validateOnly=true', { json: bodyOf() })).body);
    expectKnown(errorSchema, (await edge.call('/v1/exports', { json: {} })).body);
    expectKnown(errorSchema, (await edge.call('/v1/exports/nobody')).body);
    const path = '/v1/projects/forest-watch/classifier:export';
    expectKnown(
      operationSchema,
      (await edge.call(path, { json: bodyOf({ requestId: 'dropped-in' }, 'projects/forest-watch/assets/b') })).body,
    );
  });
});
