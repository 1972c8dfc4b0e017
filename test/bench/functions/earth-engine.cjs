// The same job as it is done today: the official client in a function.
const { http } = require('@google-cloud/functions-framework');
const ee = require('@google/earthengine');

let ready;

function initialize() {
  ee.data.setAuthToken('client', 'Bearer', 'any', 3600, [], undefined, false);
  return new Promise((resolve, reject) => {
    ee.initialize(process.env.EARTHENGINE_URL, null, resolve, reject, null, 'my-project');
  });
}

http('earthEngine', async (request, response) => {
  ready ??= initialize();
  await ready;
  const { expression, assetExportOptions } = request.body;
  const { name } = assetExportOptions.earthEngineDestination;
  const classifier = ee.Deserializer.fromCloudApiJSON(JSON.stringify(expression));
  const task = ee.batch.Export.classifier.toAsset(classifier, 'model', name);
  await new Promise((resolve, reject) => {
    task.start(resolve, (message) => reject(new Error(message)));
  });
  response.status(202).json({ id: task.id });
});
