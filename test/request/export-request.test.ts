import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  parseExportRequest,
  readRequestJson,
  toEarthEngineBody,
  toRequestJson,
} from '../../src/request/export-request.ts';
import { validGraph } from './graph/arbitrary-graph.ts';
import { accepted, call, constant, DESTINATION, faults, graph, parse, requestFixture, trained } from './parse.ts';

const NAME = 'assetExportOptions.earthEngineDestination.name';
const REQUESTS = readdirSync(new URL('../fixtures/requests/', import.meta.url)).map((file) =>
  file.replace('.json', ''),
);

function body(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { expression: graph({ 0: trained() }), assetExportOptions: DESTINATION, ...changes };
}

function named(name: string): Record<string, unknown> {
  return body({ assetExportOptions: { earthEngineDestination: { name } } });
}

describe('parseExportRequest()', () => {
  test('fills in every default', () => {
    expect(accepted(parse(body())).request).toEqual({
      project: 'default-project',
      asset: 'projects/my-project/assets/model',
      overwrite: false,
      description: '',
      labels: {},
      createParents: false,
      graph: JSON.stringify(graph({ 0: trained() })),
    });
  });

  test('takes every field as it is given', () => {
    const parsed = accepted(
      parse(
        body({
          project: 'example.com:my-project',
          description: 'Saved-random.forest,IGBP:classification;1',
          requestId: 'nightly-2026-11-01',
          assetExportOptions: {
            earthEngineDestination: { name: 'projects/other-project/assets/a/b', overwrite: true },
          },
          workloadTag: 'a-b_c',
          priority: 0,
          labels: { team: 'forests', 'run/id': 'v1.2 of 3' },
          createParents: true,
        }),
      ),
    );
    expect(parsed.requestId).toBe('nightly-2026-11-01');
    expect(parsed.request).toEqual({
      project: 'example.com:my-project',
      asset: 'projects/other-project/assets/a/b',
      overwrite: true,
      description: 'Saved-random.forest,IGBP:classification;1',
      workloadTag: 'a-b_c',
      priority: 0,
      labels: { team: 'forests', 'run/id': 'v1.2 of 3' },
      createParents: true,
      graph: JSON.stringify(graph({ 0: trained() })),
    });
  });

  test('counts null as absent', () => {
    const nothing = { project: null, description: null, requestId: null, workloadTag: null, priority: null };
    const more = { labels: null, createParents: null, classifier: null, training: null, trees: null };
    expect(accepted(parse(body({ ...nothing, ...more }))).digest).toBe(accepted(parse(body())).digest);
  });

  test('reads the priority that the Python client wraps', () => {
    expect(accepted(parse(body({ priority: { value: 250 } }))).request.priority).toBe(250);
  });

  test('warns of a priority that only paid projects may set', () => {
    expect(accepted(parse(body({ priority: 250 }))).warnings.map(({ field }) => field)).toEqual(['priority']);
    expect(accepted(parse(body({ priority: 100 }))).warnings).toEqual([]);
  });

  test.each([
    ['project', { project: 'My_Project' }],
    ['project', { project: 'projects/my-project' }],
    ['project', { project: 7 }],
    ['description', { description: 'My export' }],
    ['description', { description: 'x'.repeat(101) }],
    ['description', { description: 5 }],
    ['requestId', { requestId: '' }],
    ['requestId', { requestId: 'a_b' }],
    ['requestId', { requestId: 'a'.repeat(61) }],
    ['requestId', { requestId: 12 }],
    ['workloadTag', { workloadTag: 'A' }],
    ['workloadTag', { workloadTag: 'a.b' }],
    ['workloadTag', { workloadTag: '-a' }],
    ['workloadTag', { workloadTag: 'a'.repeat(64) }],
    ['priority', { priority: -1 }],
    ['priority', { priority: 10000 }],
    ['priority', { priority: 1.5 }],
    ['priority', { priority: '5' }],
    ['priority', { priority: Number.POSITIVE_INFINITY }],
    ['priority.unit', { priority: { value: 5, unit: 1 } }],
    ['priority.value', { priority: { value: 10000 } }],
    ['labels', { labels: ['a'] }],
    ['labels.team', { labels: { team: 5 } }],
    ['labels["a b"]', { labels: { 'a b': 'c' } }],
    ['labels.note', { labels: { note: 'x'.repeat(256) } }],
    ['labels', { labels: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`k${n}`, 'v'])) }],
    ['createParents', { createParents: 'yes' }],
    ['assetExportOptions', { assetExportOptions: undefined }],
    ['assetExportOptions.earthEngineDestination', { assetExportOptions: {} }],
    [NAME, { assetExportOptions: { earthEngineDestination: {} } }],
    [
      'assetExportOptions.earthEngineDestination.overwrite',
      { assetExportOptions: { earthEngineDestination: { ...DESTINATION.earthEngineDestination, overwrite: 'true' } } },
    ],
    ['expression', { expression: undefined }],
    ['expression', { expression: 7 }],
  ])('names %s when given %j', (field, changes) => {
    const found = faults(parse(body(changes)));
    expect(Object.keys(found)).toEqual([field]);
    expect(found[field]).toMatch(/^Cannot .+: .+; .+[^.]$/s);
  });

  test.each([
    ['classifier', 'projects/default-project/assets/classifier'],
    ['folder/m', 'projects/default-project/assets/folder/m'],
    ['users/me/rf', 'projects/earthengine-legacy/assets/users/me/rf'],
    ['projects/my-project/rf', 'projects/my-project/assets/rf'],
    ['', 'projects/PROJECT/assets/NAME'],
    ['projects/my-project/assets/', 'projects/PROJECT/assets/NAME'],
    ['projects/my-project/assets', 'projects/PROJECT/assets/NAME'],
    ['projects/earthengine-public/assets/', 'no assetId was given'],
    ['projects/earthengine-public/assets/COPERNICUS/S2', 'nobody may write'],
    ['projects/123456789/assets/rf', 'the project id is wanted'],
    ['projects/<project-name>/assets/rf', 'is no project id'],
    ['projects/r7/assets/rf', 'is no project id'],
    ['projects/earthengine-legacy/assets/users/me', 'at least 3'],
    ['projects/earthengine-legacy/assets/projects/r7/assets/rf', 'moved it under'],
    ['projects/my-project/assets/a b', '"a b"'],
    ['projects/my-project/assets/../x', '".."'],
    ['projects/my-project/assets/v1.2', '"v1.2"'],
    ['projects/my-project/assets/a//b', '""'],
    [`projects/my-project/assets/${'a'.repeat(101)}`, '1 to 100'],
    ['projects/my-project/assets/a/b/c/d/e/f/g/h/i/j/k', 'at most 10'],
  ])('refuses the asset %j and says %j', (name, hint) => {
    const found = faults(parse(named(name)));
    expect(Object.keys(found)).toEqual([NAME]);
    expect(found[NAME]).toContain(hint);
  });

  test.each([
    'projects/my-project/assets/a/b/c/d/e/f/g/h/i/j',
    'projects/example.com:my-project/assets/x_-9',
    'projects/earthengine-legacy/assets/users/me/rf',
    'projects/earthengine-legacy/assets/projects/team/rf',
  ])('takes the asset %j', (name) => {
    expect(accepted(parse(named(name))).request.asset).toBe(name);
  });

  test('suggests a legal description', () => {
    expect(faults(parse(body({ description: 'Modèle / für 東京 v1' })))['description']).toContain('"Modele-fur-v1"');
  });

  test('names every unknown key and what was meant', () => {
    const found = faults(parse(body({ request_id: 'a', maxWorkers: 5, overwrite: true, colour: 'red', lables: {} })));
    expect(found).toEqual({
      request_id: expect.stringContaining('did you mean requestId?'),
      maxWorkers: expect.stringContaining('internal users'),
      overwrite: expect.stringContaining('earthEngineDestination.overwrite'),
      colour: expect.stringContaining('no field of a request'),
      lables: expect.stringContaining('did you mean labels?'),
    });
  });

  test('names every fault at once', () => {
    const found = faults(
      parse({
        project: 'P',
        description: 'a b',
        priority: 10000,
        assetExportOptions: { earthEngineDestination: { name: 'rf', tilesets: [] } },
        expression: graph({ 0: call('Classifier.smileRandomForest', { seed: constant('x') }), 1: {} }),
      }),
    );
    expect(new Set(Object.keys(found))).toEqual(
      new Set([
        'assetExportOptions.earthEngineDestination.name',
        'assetExportOptions.earthEngineDestination.tilesets',
        'description',
        'expression.values.1',
        'priority',
        'project',
      ]),
    );
  });

  test('names a hundred faults and counts the rest', () => {
    const values = Object.fromEntries(Array.from({ length: 250 }, (_, key) => [key, {}]));
    const parsed = parse(body({ expression: graph(values) }));
    expect(parsed.valid ? [] : parsed.violations).toHaveLength(101);
    expect(parsed.valid || parsed.violations[100]?.description).toContain('149 more');
  });

  test('charges the project of the address and refuses another in the body', () => {
    expect(accepted(parse(body(), { project: 'from-address' })).request.project).toBe('from-address');
    expect(accepted(parse(body({ project: 'from-address' }), { project: 'from-address' })).request.project).toBe(
      'from-address',
    );
    expect(faults(parse(body({ project: 'other-project' }), { project: 'from-address' }))).toHaveProperty('project');
    expect(faults(parse(body(), { project: 'Nobody' }))).toHaveProperty('project');
  });

  test('tells what could be read of a request it refuses', () => {
    const parsed = parse(body({ requestId: 'abc', project: 'my-project', priority: -1 }));
    expect(parsed).toMatchObject({
      valid: false,
      requestId: 'abc',
      project: 'my-project',
      asset: 'projects/my-project/assets/model',
    });
    const unreadable = parse({
      requestId: 'a b',
      project: 'P',
      assetExportOptions: { earthEngineDestination: { name: 7 } },
    });
    expect(Object.keys(unreadable)).toEqual(['valid', 'violations']);
  });

  test.each([undefined, null, 5, 'text', [], [{}]])('refuses the body %j', (value) => {
    expect(Object.keys(faults(parse(value)))).toContain('body');
  });

  test('takes no key for more than a key', () => {
    const text = `{"__proto__":{"polluted":1},"constructor":1,"labels":{"__proto__":"x","constructor":"kept"},
      "expression":{"result":"__proto__","values":{"constructor":{"constantValue":1}}}}`;
    const found = faults(parse(JSON.parse(text)));
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining(['__proto__', 'constructor', 'labels.__proto__', 'expression.result']),
    );
    const parsed = accepted(parse(body({ labels: JSON.parse('{"constructor":"kept"}') })));
    expect(JSON.stringify(parsed.request.labels)).toBe('{"constructor":"kept"}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test.each(REQUESTS.filter((name) => name !== 'js-unicode-desc'))('passes %s on unchanged in meaning', (name) => {
    const given = requestFixture(name);
    const { request, requestId } = accepted(parse(given));
    const sent = JSON.parse(
      toEarthEngineBody(request, { description: request.description, requestId: requestId ?? '' }),
    );
    expect(sent).toEqual(given);
  });

  test('refuses the one recorded request that Earth Engine refuses, for its description', () => {
    const found = faults(parse(requestFixture('js-unicode-desc')));
    expect(found).toEqual({ description: expect.stringContaining('"Modele-fur"') });
  });
});

describe('toRequestJson()', () => {
  test('gives the JSON from which readRequestJson() gets the same request', () => {
    const { request } = accepted(parse(body({ labels: { team: 'forests' }, workloadTag: 'tag', createParents: true })));
    const json = toRequestJson(request);
    const { graph: written, ...fields } = request;
    expect(JSON.parse(json)).toEqual({ ...fields, expression: JSON.parse(written) });
    expect(readRequestJson(json)).toEqual(request);
  });
});

describe('toEarthEngineBody()', () => {
  test('writes what Earth Engine reads, and nothing of our own', () => {
    const given = body({
      labels: { a: 'b' },
      createParents: true,
      workloadTag: 'tag',
      priority: { value: 7 },
      project: 'my-project',
    });
    const { request } = accepted(parse(given));
    expect(JSON.parse(toEarthEngineBody(request, { description: 'd;token', requestId: 'r-a1' }))).toEqual({
      expression: given['expression'],
      description: 'd;token',
      requestId: 'r-a1',
      assetExportOptions: { earthEngineDestination: { name: 'projects/my-project/assets/model', overwrite: false } },
      workloadTag: 'tag',
      priority: 7,
    });
  });

  test('is never longer than the bytes that were told', () => {
    const values = fc.jsonValue({ stringUnit: 'binary' });
    const names = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(validGraph(), values, names, (expression, value, name) => {
        Object.assign(expression.values, {
          [`more ${name}`]: { dictionaryValue: { values: { [name]: constant(value) } } },
        });
        const { request, bytes } = accepted(parse(body({ expression })));
        const sent = toEarthEngineBody(request, {
          description: 'd'.repeat(100),
          requestId: 'r'.repeat(60),
        });
        expect(Buffer.byteLength(sent)).toBe(bytes);
      }),
    );
  });

  test.each([
    ['é東😀'],
    ['\ud800'],
    ['"\\\n\u0007\u007f\u2028'],
    [[1.5, [2e300, [-7]]]],
    [[-0, 1]],
    [{ a: [], 'ü"': {} }],
  ])('has as many bytes as were told with %j', (value) => {
    const features = call('f', { value: constant(value) });
    const { request, bytes } = accepted(parse(body({ expression: graph({ 0: trained(undefined, { features }) }) })));
    const sent = toEarthEngineBody(request, { description: 'd'.repeat(100), requestId: 'r'.repeat(60) });
    expect(Buffer.byteLength(sent)).toBe(bytes);
  });
});

describe('the limit of 10,000,000 bytes', () => {
  function padded(length: number): Record<string, unknown> {
    const features = call('Collection', {
      features: { arrayValue: { values: [constant('x'.repeat(length)), constant('small')] } },
    });
    return body({ expression: graph({ 0: trained(undefined, { features }) }) });
  }
  const least = accepted(parse(padded(0))).bytes;

  test('holds for the body that is sent, to the byte', () => {
    expect(accepted(parse(padded(10_000_000 - least))).bytes).toBe(10_000_000);
    expect(parse(padded(10_000_001 - least)).valid).toBe(false);
  });

  test('names the largest part of a graph that is larger', () => {
    const place = 'expression.values.0.functionInvocationValue.arguments.features';
    const list = `${place}.functionInvocationValue.arguments.features.arrayValue.values`;
    expect(faults(parse(padded(10_000_000)))['expression']).toContain(`${list}[0].constantValue (10.0 MB)`);
    const halves = { arrayValue: { values: [constant('x'.repeat(5_000_000)), constant('y'.repeat(5_000_000))] } };
    const features = call('Collection', { features: halves });
    const found = faults(parse(body({ expression: graph({ 0: trained(undefined, { features }) }) })));
    expect(found['expression']).toContain(`${list} (10.0 MB)`);
  });
});

test('parseExportRequest() leaves what it is given as it was', () => {
  const given = body({ priority: { value: 5 } });
  const before = structuredClone(given);
  parseExportRequest(given, { defaultProject: 'my-project', nonExportable: 'warn' });
  expect(given).toEqual(before);
});
