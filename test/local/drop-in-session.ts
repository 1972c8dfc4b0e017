/** The official JavaScript client against `exportsHttp` (the address in argv): starts, lists, looks, cancels. Prints JSON. */
import { createRequire } from 'node:module';

type Callback = (result: unknown, error?: string) => void;
interface Task {
  start(onSuccess: () => void, onError: (message: string) => void): void;
}
interface EarthEngine {
  initialize(url: string, tiles: null, ok: () => void, bad: (error: Error) => void, xsrf: null, project: string): void;
  data: Record<'getOperation' | 'cancelOperation', (name: string, callback: Callback) => void> & {
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
  };
  Classifier: { smileCart(): { train(features: unknown, classProperty: string, inputProperties: string[]): unknown } };
  FeatureCollection(id: string): unknown;
  batch: { Export: { classifier: { toAsset(what: unknown, description: string, assetId: string): Task } } };
}

const ee: EarthEngine = createRequire(import.meta.url)('@google/earthengine');
const [, , url = ''] = process.argv;

function ask(call: (callback: Callback) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call((result, error) => (error === undefined ? resolve(result) : reject(new Error(error))));
  });
}

ee.data.setAuthToken('client', 'Bearer', 'any', 3600, [], undefined, false);
await new Promise<void>((resolve, reject) => {
  ee.initialize(url, null, resolve, reject, null, 'my-project');
});
const classifier = ee.Classifier.smileCart().train(ee.FeatureCollection('projects/my-project/assets/t'), 'cover', [
  'B2',
]);
for (const name of ['kept', 'cancelled']) {
  const task = ee.batch.Export.classifier.toAsset(classifier, `model-${name}`, `projects/my-project/assets/${name}`);
  await new Promise<void>((resolve, reject) => {
    task.start(resolve, (message) => reject(new Error(message)));
  });
}
const listed = (await ask((callback) => ee.data.listOperations(undefined, callback))) as { name: string }[];
const [last] = listed;
await ask((callback) => ee.data.cancelOperation(last?.name ?? '', callback));
const looked = await ask((callback) => ee.data.getOperation(last?.name ?? '', callback));

/** The client's objects keep what came over the wire in a field of their own. */
function unwrap(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'Serializable$values' in value
    ? value.Serializable$values
    : value;
}

console.log(JSON.stringify({ listed, looked }, unwrap));
