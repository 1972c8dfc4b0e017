// Google's usual clients, loaded at the start: records an export in Firestore and sends it.
const { randomUUID } = require('node:crypto');
const { Firestore } = require('@google-cloud/firestore');
const { http } = require('@google-cloud/functions-framework');
const { PubSub } = require('@google-cloud/pubsub');

const firestore = new Firestore({ projectId: 'my-project' });
const topic = new PubSub({ projectId: 'my-project' }).topic('events');

http('grpc', async (request, response) => {
  const { project, ...body } = request.body;
  const record = firestore.collection('exports').doc(randomUUID());
  await record.create({ state: 'QUEUED', topic: topic.name, body: JSON.stringify(body) });
  const answer = await fetch(`${process.env.EARTHENGINE_URL}/v1/projects/${project}/classifier:export`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const operation = await answer.json();
  await record.update({ state: 'PENDING', operation: operation.name });
  response.status(202).json(operation);
});
