// What the functions framework costs by itself.
const { http } = require('@google-cloud/functions-framework');

http('hello', (_request, response) => {
  response.status(200).json({ hello: 'world' });
});
