/**
 * A session of the official JavaScript client against the address in argv, as a process of its own: the client keeps
 * global state. Prints what it saw as JSON.
 */
import { createRequire } from 'node:module';

type Callback = (result: unknown, error?: string) => void;
interface Classifier {
  train(features: unknown, classProperty: string, inputProperties: string[]): Classifier;
  setOutputMode(mode: string): Classifier;
}
interface Task {
  start(onSuccess: () => void, onError: (message: string) => void): void;
}
interface EarthEngine {
  initialize(url: string, tiles: null, ok: () => void, bad: (error: Error) => void, xsrf: null, project: string): void;
  data: Record<'getOperation' | 'cancelOperation', (names: string | string[], callback: Callback) => void> & {
    setAuthToken(
      id: string,
      type: string,
      token: string,
      seconds: number,
      scopes: [],
      done: undefined,
      load: false,
    ): void;
    listOperations(limit: undefined, callback: Callback): void;
    createFolder(name: string, force: false, callback: Callback): void;
    getAsset(name: string, callback: Callback): void;
    listAssets(parent: string, options: object, callback: Callback): void;
  };
  Classifier: { smileRandomForest(trees: number): Classifier; smileCart(): Classifier };
  FeatureCollection(id: string): { map(change: (feature: Feature) => unknown): unknown };
  batch: { Export: { classifier: { toAsset(what: Classifier, description: string, assetId: string): Task } } };
}
interface Feature {
  set(key: string, value: unknown): unknown;
  geometry(): { area(maxError: number): unknown };
}

const ee: EarthEngine = createRequire(import.meta.url)('@google/earthengine');
const [, , url = ''] = process.argv;

/** The result of a call that takes a callback. */
function ask(call: (callback: Callback) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call((result, error) => (error === undefined ? resolve(result) : reject(new Error(error))));
  });
}

ee.data.setAuthToken('client', 'Bearer', 'alice', 3600, [], undefined, false);
await new Promise<void>((resolve, reject) => {
  ee.initialize(url, null, resolve, reject, null, 'my-project');
});

const points = ee.FeatureCollection('projects/my-project/assets/training');
const withArea = points.map((feature) => feature.set('area', feature.geometry().area(1)));
const forest = ee.Classifier.smileRandomForest(10)
  .setOutputMode('PROBABILITY')
  .train(withArea, 'landcover', ['B2', 'B3']);
const cart = ee.Classifier.smileCart().train(points, 'landcover', ['B2']);
for (const [name, classifier] of Object.entries({ forest, cart })) {
  const task = ee.batch.Export.classifier.toAsset(classifier, `export-${name}`, `projects/my-project/assets/${name}`);
  await new Promise<void>((resolve, reject) => {
    task.start(resolve, (message) => reject(new Error(message)));
  });
}

const listed = (await ask((callback) => ee.data.listOperations(undefined, callback))) as { name: string }[];
const names = listed.map(({ name }) => name);
const one = await ask((callback) => ee.data.getOperation(names[0] ?? '', callback));
await ask((callback) => ee.data.cancelOperation(names[0] ?? '', callback));
const many = await ask((callback) => ee.data.getOperation(names, callback));
const folder = await ask((callback) => ee.data.createFolder('projects/my-project/assets/models', false, callback));
const asset = await ask((callback) => ee.data.getAsset('projects/my-project/assets/models', callback));
const assets = await ask((callback) => ee.data.listAssets('projects/my-project/assets', {}, callback));
const missing = await ask((callback) => ee.data.getOperation('projects/my-project/operations/NONE', callback)).catch(
  String,
);

/** The client's objects keep what came over the wire in a field of their own. */
function unwrap(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'Serializable$values' in value
    ? value.Serializable$values
    : value;
}

console.log(JSON.stringify({ listed, one, many, folder, asset, assets, missing }, unwrap));
