/** A message as the emulator's pull gives it. */
export interface PulledMessage {
  data: string;
  attributes: Record<string, string>;
}

/** Pub/Sub's own REST API, as far as the tests need it, on the emulator. */
export function createPubsubAdmin(host: string, project: string) {
  async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`http://${host}/v1/projects/${project}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Cannot ${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  return {
    createTopic: (topic: string) => call('PUT', `topics/${topic}`, {}),
    /** A push subscription where `pushEndpoint` is given, else one to pull from. */
    createSubscription: (name: string, topic: string, settings: object = {}) =>
      call('PUT', `subscriptions/${name}`, { topic: `projects/${project}/topics/${topic}`, ...settings }),
    deleteSubscription: (name: string) => call('DELETE', `subscriptions/${name}`),
    publish: (topic: string, data: string, attributes: Record<string, string> = {}) =>
      call('POST', `topics/${topic}:publish`, {
        messages: [{ data: Buffer.from(data).toString('base64'), attributes }],
      }),
    /** What waits in a subscription, acknowledged at once. */
    async pull(name: string): Promise<PulledMessage[]> {
      const body = { maxMessages: 1000, returnImmediately: true };
      const { receivedMessages = [] } = (await call('POST', `subscriptions/${name}:pull`, body)) as {
        receivedMessages?: { ackId: string; message: { data?: string; attributes?: Record<string, string> } }[];
      };
      if (receivedMessages.length > 0) {
        await call('POST', `subscriptions/${name}:acknowledge`, { ackIds: receivedMessages.map(({ ackId }) => ackId) });
      }
      return receivedMessages.map(({ message: { data = '', attributes = {} } }) => ({
        data: Buffer.from(data, 'base64').toString(),
        attributes,
      }));
    },
  };
}
