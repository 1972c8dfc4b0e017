import methods from './discovery.json' with { type: 'json' };

/** A level of the description: its methods, and the levels below it. */
interface Resource {
  methods?: Record<string, object>;
  resources?: Record<string, Resource>;
}

const TABLE: Record<string, readonly unknown[]> = methods;

/**
 * Google's description of an API, for the methods that the simulator has. The official Python client reads it when it
 * starts and builds its calls from it.
 * @param host - host and port by which the client reaches the simulator
 */
export function createDiscovery(host: string): object {
  const rootUrl = `http://${host}/`;
  const root: Resource = {};
  for (const [id, [httpMethod, path, pattern, queryParameters]] of Object.entries(TABLE)) {
    const names = id.split('.');
    const method = names.pop() ?? '';
    const resource = names.reduce(openResource, root);
    resource.methods = { ...resource.methods, [method]: toMethod(id, { httpMethod, path, pattern, queryParameters }) };
  }
  return {
    kind: 'discovery#restDescription',
    discoveryVersion: 'v1',
    id: 'earthengine:v1',
    name: 'earthengine',
    version: 'v1',
    protocol: 'rest',
    ...{ rootUrl, baseUrl: rootUrl, servicePath: '', batchPath: 'batch' },
    parameters: { alt: toParameter('query'), prettyPrint: toParameter('query'), key: toParameter('query') },
    schemas: { Message: { id: 'Message', type: 'object', additionalProperties: { type: 'any' } } },
    ...root,
  };
}

function openResource(parent: Resource, name: string): Resource {
  const below: Resource = parent.resources?.[name] ?? {};
  parent.resources = { ...parent.resources, [name]: below };
  return below;
}

function toMethod(id: string, { httpMethod, path, pattern, queryParameters }: Record<string, unknown>): object {
  const [, variable = ''] = /\{\+(\w+)\}/.exec(String(path)) ?? [];
  const names = Array.isArray(queryParameters) ? queryParameters.map(String) : [];
  return {
    id: `earthengine.${id}`,
    ...{ httpMethod, path, flatPath: path },
    parameterOrder: [variable],
    parameters: {
      [variable]: { ...toParameter('path'), required: true, pattern },
      ...Object.fromEntries(names.map((name) => [name, toParameter('query')])),
    },
    ...(httpMethod === 'POST' && { request: { $ref: 'Message' } }),
    response: { $ref: 'Message' },
  };
}

function toParameter(location: 'query' | 'path'): { location: string; type: string } {
  return { location, type: 'string' };
}
