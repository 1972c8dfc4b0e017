// Earth Engine's own JavaScript client, pointed at the service: the export is started, watched and recorded there.
import ee from '@google/earthengine';

const url = process.env.EE_EXPORT_URL ?? 'http://127.0.0.1:8080';
const project = process.env.EE_PROJECT ?? 'my-project';

// On Cloud Run the client's token must be an ID token for the service: gcloud auth print-identity-token
const token = process.env.EE_EXPORT_ID_TOKEN ?? 'none';
ee.data.setAuthToken('client', 'Bearer', token, 3600, [], undefined, false);
await new Promise((resolve, reject) => ee.initialize(url, null, resolve, reject, null, project));

const training = ee.FeatureCollection(`projects/${project}/assets/training`);
const classifier = ee.Classifier.smileRandomForest(100).train(training, 'landcover', ['B2', 'B3', 'B4']);
const asset = `projects/${project}/assets/landcover-js`;
const task = ee.batch.Export.classifier.toAsset(classifier, 'landcover-js', asset);
await new Promise((resolve, reject) => task.start(resolve, reject));

const name = `projects/${project}/operations/${task.id}`;
const operation = await new Promise((resolve, reject) => {
  ee.data.getOperation(name, (found, error) => (error ? reject(new Error(error)) : resolve(found)));
});
console.log(operation.name, operation.metadata.state);
