import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** As much of Google's JavaScript client as the tests use. It has no types of its own. */
export interface OfficialClient {
  Classifier: { [name: string]: ((given: object) => ClientObject) | undefined } & {
    decisionTree(text: unknown): ClientObject;
    decisionTreeEnsemble(texts: unknown): ClientObject;
  };
  FeatureCollection: (id: string) => ClientObject;
  Image: (id: string) => ClientObject;
  Filter: { equals(name: string, value: unknown): ClientObject };
  Serializer: { toReadableCloudApiJSON(object: unknown): string };
}

/** An object of the client's: a step in a graph that is not evaluated here. */
export interface ClientObject {
  serialize(legacy?: boolean): string;
  setOutputMode(mode: string): ClientObject;
  train(given: object): ClientObject;
  filter(filter: ClientObject): ClientObject;
  map(each: (item: ClientObject) => ClientObject): ClientObject;
  set(name: string, value: unknown): ClientObject;
  sampleRegions(given: object): ClientObject;
  explain(): ClientObject;
}

interface ClientModule extends OfficialClient {
  data: { setAuthToken(...given: unknown[]): void };
  initialize(
    url: string,
    tileUrl: null,
    ok: () => void,
    bad: (error: string) => void,
    xsrf: null,
    project: string,
  ): void;
}

/**
 * Starts Google's own client against a server on this machine that knows the algorithms around classifiers, and stops
 * the server: from then on the client writes graphs without asking anybody.
 */
export async function startOfficialClient(): Promise<OfficialClient> {
  const algorithms = readFileSync(new URL('algorithms.json', import.meta.url));
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(algorithms),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const client: ClientModule = createRequire(import.meta.url)('@google/earthengine');
  client.data.setAuthToken('client', 'Bearer', 'none', 3600, [], undefined, false);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((ok, bad) => {
    client.initialize(url, null, ok, (error) => bad(new Error(error)), null, 'my-project');
  });
  await new Promise((closed) => server.close(closed));
  return client;
}
