import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { startSimulator } from '../../../src/local/earth-engine-simulator/server.ts';

test('the official JavaScript client starts, exports, lists, looks, cancels and reads assets', async () => {
  const simulator = await startSimulator({ slots: 1, startDelayMs: 0 });
  const session = fileURLToPath(new URL('official-client-session.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [session, simulator.url]);
  await simulator.close();
  const seen = JSON.parse(stdout);

  const [forest, cart] = simulator.model.operations('my-project');
  expect(forest).toMatchObject({ description: 'export-forest', user: 'alice', state: 'RUNNING' });
  expect(cart).toMatchObject({ description: 'export-cart', user: 'alice', state: 'CANCELLED' });
  expect(seen.listed).toMatchObject([{ name: cart?.name }, { name: forest?.name }]);
  expect(seen.one).toMatchObject({ name: cart?.name, metadata: { state: 'PENDING', type: 'EXPORT_CLASSIFIER' } });
  expect(seen.many).toMatchObject({
    [String(cart?.name)]: { done: true, error: { code: 1, message: 'Cancelled.' } },
    [String(forest?.name)]: { metadata: { state: 'RUNNING' } },
  });
  expect(seen.folder).toMatchObject({ type: 'Folder', id: 'projects/my-project/assets/models' });
  expect(seen.asset).toMatchObject({ type: 'Folder', id: 'projects/my-project/assets/models' });
  expect(seen.assets).toMatchObject({ assets: [{ name: 'projects/my-project/assets/models' }] });
  expect(seen.missing).toContain("Operation 'projects/my-project/operations/NONE' not found.");

  const exports = simulator.requests.filter(({ path }) => path === '/v1/projects/my-project/classifier:export');
  const functions = exports.map(({ body }) => [...body.matchAll(/"functionName":"([^"]+)"/g)].map(([, name]) => name));
  expect(functions.map((names) => names.toSorted((a, b) => String(a).localeCompare(String(b))))).toEqual([
    [
      'Classifier.setOutputMode',
      'Classifier.smileRandomForest',
      'Classifier.train',
      'Collection.loadTable',
      'Collection.map',
      'Element.set',
      'ErrorMargin',
      'Feature.geometry',
      'Geometry.area',
    ],
    ['Classifier.smileCart', 'Classifier.train', 'Collection.loadTable'],
  ]);
}, 30_000);
