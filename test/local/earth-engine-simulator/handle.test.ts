import { describe, expect, test } from '@jest/globals';
import { handleRequest, type SimulatorRequest } from '../../../src/local/earth-engine-simulator/handle.ts';
import type { EarthEngineModel } from '../../../src/local/earth-engine-simulator/model.ts';
import { createBody, createTestModel } from './export-requests.ts';

/** The answer, its body parsed. */
function call(model: EarthEngineModel, method: string, path: string, more: Partial<SimulatorRequest> = {}) {
  const { status, headers, body } = handleRequest(model, { method, path, ...more });
  const isJson = headers['content-type'] === 'application/json; charset=UTF-8';
  return { status, headers, json: isJson ? JSON.parse(body) : body };
}

const EXPORT = '/v1/projects/my-project/classifier:export';

describe('handleRequest()', () => {
  test('starts, shows, lists, waits for, cancels and deletes an operation', () => {
    const { model } = createTestModel();
    const { status, headers, json } = call(model, 'POST', EXPORT, { body: JSON.stringify(createBody()) });
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=UTF-8']);
    const path = `/v1/${json.name}`;
    expect(call(model, 'GET', `${path}?prettyPrint=false&alt=json`).json.name).toBe(json.name);
    expect(call(model, 'POST', `${path}:wait`, { body: '{"timeout":"30s"}' }).json.name).toBe(json.name);
    expect(call(model, 'GET', '/v1/projects/my-project/operations?pageSize=500').json.operations).toHaveLength(1);
    expect(call(model, 'POST', `${path}:cancel`, { body: '{}' })).toMatchObject({ status: 200, json: {} });
    expect(call(model, 'GET', path).json.metadata.state).toBe('CANCELLING');
    expect(call(model, 'DELETE', path)).toMatchObject({ status: 200, json: {} });
    expect(call(model, 'GET', path)).toMatchObject({
      status: 404,
      json: { error: { code: 404, status: 'NOT_FOUND' } },
    });
  });

  test('pages with pageSize and pageToken', () => {
    const { model } = createTestModel();
    for (let i = 0; i < 3; i += 1) call(model, 'POST', EXPORT, { body: JSON.stringify(createBody()) });
    const first = call(model, 'GET', '/v1/projects/my-project/operations?pageSize=2').json;
    const token = encodeURIComponent(first.nextPageToken);
    const second = call(model, 'GET', `/v1/projects/my-project/operations?pageSize=2&pageToken=${token}`).json;
    expect([first.operations.length, second.operations.length, second.nextPageToken]).toEqual([2, 1, undefined]);
    expect(call(model, 'GET', '/v1/projects/my-project/operations?pageSize=two').status).toBe(400);
  });

  test('a failed operation is read with 200', () => {
    const { model, pass } = createTestModel({ outcome: () => ({ failed: { code: 3, message: 'Too deep.' } }) });
    const { json } = call(model, 'POST', EXPORT, { body: JSON.stringify(createBody()) });
    pass(60);
    expect(call(model, 'GET', `/v1/${json.name}`)).toMatchObject({
      status: 200,
      json: { error: { message: 'Too deep.' } },
    });
  });

  test.each([
    '/v1/projects/example.com:my-project',
    '/v1/projects/example.com%3Amy-project',
    '/v1beta/projects/123456789',
  ])('the project may be written %s', (project) => {
    const { model } = createTestModel();
    const { status, json } = call(model, 'POST', `${project}/classifier:export`, {
      body: JSON.stringify(createBody()),
    });
    expect(status).toBe(200);
    expect(call(model, 'POST', `/v1/${json.name}:cancel`).status).toBe(200);
  });

  test('serves assets, config and algorithms', () => {
    const { model } = createTestModel();
    const assets = '/v1/projects/my-project/assets';
    expect(call(model, 'POST', `${assets}?assetId=a`, { body: '{"type":"FOLDER"}' }).json.type).toBe('FOLDER');
    expect(call(model, 'POST', `${assets}?assetId=a%2Fb`, { body: '{"type":"FOLDER"}' }).status).toBe(200);
    expect(call(model, 'GET', `${assets}/a/b`).json).toMatchObject({ name: 'projects/my-project/assets/a/b' });
    expect(call(model, 'GET', `${assets}/a:listAssets`).json.assets).toHaveLength(1);
    for (const path of [assets, `${assets}:listAssets`, '/v1/projects/my-project:listAssets']) {
      expect(call(model, 'GET', path).json.assets).toMatchObject([{ name: 'projects/my-project/assets/a' }]);
    }
    expect(call(model, 'GET', `${assets}/none`).json.error.status).toBe('NOT_FOUND');
    expect(call(model, 'GET', '/v1/projects/my-project/config').json.maxConcurrentExports).toBe(2);
    expect(call(model, 'GET', '/v1/projects/my-project/algorithms').json.algorithms[0].name).toMatch(/^algorithms\//);
  });

  test.each([
    ['GET', EXPORT],
    ['PUT', '/v1/projects/my-project/operations/X'],
    ['GET', '/v2/projects/my-project/operations'],
    ['GET', '/'],
    ['GET', '//[<script>'],
    ['GET', '/%'],
  ])('%s %s is no method: an HTML page', (method, path) => {
    const { status, headers, json } = call(createTestModel().model, method, path);
    expect([status, headers['content-type']]).toEqual([404, 'text/html; charset=UTF-8']);
    expect(json).not.toContain('<script>');
  });

  test.each<[string, string | Uint8Array, string]>([
    ['broken JSON', '{"a":', 'Invalid JSON payload received. Unexpected token.'],
    ['a list', '[]', 'Invalid JSON payload received. Not an object.'],
    ['nothing', '', "Required field 'expression' is missing."],
    ['more than 10 MiB', 'ä'.repeat(5_242_881), 'Request payload size exceeds the limit: 10485760 bytes.'],
  ])('%s is refused with 400', (_title, body, message) => {
    const { model } = createTestModel();
    expect(call(model, 'POST', EXPORT, { body })).toMatchObject({ status: 400, json: { error: { message } } });
  });

  test('10 MiB exactly are taken, as bytes too', () => {
    const { model } = createTestModel();
    const text = JSON.stringify(createBody());
    const body = new TextEncoder().encode(text.padEnd(10_485_760));
    expect(call(model, 'POST', EXPORT, { body }).status).toBe(200);
  });

  test('the user is the bearer token, and requestIds are his own', () => {
    const { model } = createTestModel();
    const body = JSON.stringify(createBody({ requestId: 'r1' }));
    const submitAs = (headers: SimulatorRequest['headers']) =>
      call(model, 'POST', EXPORT, { body, headers: headers ?? {} }).status;
    expect(submitAs({ Authorization: 'Bearer alice' })).toBe(200);
    expect(submitAs({ authorization: 'Bearer alice' })).toBe(409);
    expect(submitAs({ authorization: 'Bearer bob' })).toBe(200);
    expect(submitAs({})).toBe(200);
    expect(model.operations('my-project').map(({ user }) => user)).toEqual(['alice', 'bob', 'anonymous']);
  });

  test('requireAuth refuses who has no token', () => {
    const { model } = createTestModel({ requireAuth: true });
    const path = '/v1/projects/my-project/operations';
    expect(call(model, 'GET', path).json.error).toMatchObject({ code: 401, status: 'UNAUTHENTICATED' });
    expect(call(model, 'GET', path, { headers: { authorization: 'Basic x' } }).status).toBe(401);
    expect(call(model, 'GET', path, { headers: { authorization: 'Bearer x' } }).status).toBe(200);
  });

  test('quotaStatus goes out with every answer', () => {
    const { model } = createTestModel({ quotaStatus: 'parallelism_restricted=true' });
    for (const path of ['/v1/projects/my-project/operations', '/v1/projects/my-project/operations/X', '/nowhere']) {
      expect(call(model, 'GET', path).headers['x-earth-engine-quota-status']).toBe('parallelism_restricted=true');
    }
    expect(call(createTestModel().model, 'GET', '/').headers).not.toHaveProperty('x-earth-engine-quota-status');
  });

  test('what a function among the options throws is not taken for an answer of Earth Engine', () => {
    const { model, pass } = createTestModel({
      outcome: () => {
        throw new RangeError('broken test');
      },
    });
    const { json } = call(model, 'POST', EXPORT, { body: JSON.stringify(createBody()) });
    pass(60);
    expect(() => call(model, 'GET', `/v1/${json.name}`)).toThrow(RangeError);
  });

  test('the description of the API names only methods that there are', () => {
    const { model } = createTestModel();
    const discovery = call(model, 'GET', '/$discovery/rest?version=v1', { headers: { Host: 'localhost:1234' } }).json;
    expect(discovery).toMatchObject({ name: 'earthengine', version: 'v1', rootUrl: 'http://localhost:1234/' });
    const { projects } = discovery.resources;
    const resources = [projects, ...Object.values(projects.resources)] as {
      methods: Record<
        string,
        { id: string; httpMethod: string; path: string; parameters: Record<string, { pattern?: string }> }
      >;
    }[];
    const methods = resources.flatMap((resource) => Object.values(resource.methods));
    expect(methods.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['earthengine.projects.classifier.export', 'earthengine.projects.getConfig']),
    );
    for (const { httpMethod, path, parameters } of methods) {
      const [, variable = ''] = /\{\+(\w+)\}/.exec(path) ?? [];
      const name = `${parameters[variable]?.pattern}`.slice(1, -1).replace('[^/]+', 'my-project').replace('.*', 'x');
      expect(call(model, httpMethod, `/${path.replace(`{+${variable}}`, name)}`).headers['content-type']).toMatch(
        /json/,
      );
    }
  });

  test('a batch is several requests, each with its own user and status', () => {
    const { model } = createTestModel();
    const { json } = call(model, 'POST', EXPORT, {
      body: JSON.stringify(createBody()),
      headers: { authorization: 'Bearer me' },
    });
    const part = (id: string, request: string) =>
      `--b\r\nContent-Type: application/http\r\nContent-ID: <${id}>\r\n\r\n${request}\r\n`;
    const body = [
      part('one', `GET /v1/${json.name} HTTP/1.1\r\nAuthorization: Bearer me\r\n\r\n`),
      part('two', `POST /v1/${json.name}:cancel HTTP/1.1\r\nAuthorization: Bearer me\r\n\r\n{}`),
      part('three', 'GET /v1/projects/my-project/operations/X HTTP/1.1\r\n\r\n'),
      part('four', 'POST /batch HTTP/1.1\r\n\r\n'),
    ].join('');
    const { headers, json: text } = call(model, 'POST', '/batch', { body: `${body}--b--\r\n` });
    expect(headers['content-type']).toBe('multipart/mixed; boundary=batch_simulator');
    const found = [...text.matchAll(/Content-ID: <([^>]*)>\r\n\r\nHTTP\/1.1 (\d+)/g)].map(([, id, status]) => [
      id,
      status,
    ]);
    expect(found).toEqual([
      ['response-one', '200'],
      ['response-two', '200'],
      ['response-three', '404'],
      ['response-four', '404'],
    ]);
    expect(model.operations('my-project')[0]?.state).toBe('CANCELLING');
  });
});
