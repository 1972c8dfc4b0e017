import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bodyOf, EXPRESSION, startEdge } from './edge.ts';
import { detailsOf } from './error-details.ts';

const DESTINATION = 'assetExportOptions.earthEngineDestination.name';
const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';

type Edge = Awaited<ReturnType<typeof startEdge>>;
let edge: Edge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());

const fieldsOf = (body: unknown) => detailsOf(body).fields;

/** How many exports Earth Engine has been asked for. */
function countSends(of: Edge = edge): number {
  return of.simulator.requests.filter(({ path }) => path.includes('classifier:export')).length;
}

describe('POST /v1/exports', () => {
  test('answers 202 with the export that Earth Engine has accepted', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const fields = { requestId: 'first', description: 'maize', labels: { team: 'crops' }, priority: { value: 7 } };
    const { status, headers, body } = await edge.call('/v1/exports', {
      json: bodyOf(fields),
      headers: { traceparent },
    });
    expect(status).toBe(202);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body).toMatchObject({
      id: 'first',
      project: 'forest-watch',
      state: 'PENDING',
      request: { asset: 'projects/forest-watch/assets/maize', description: 'maize', priority: 7 },
      operation: expect.stringMatching(/^projects\/forest-watch\/operations\/[A-Z2-7]{24}$/),
      sentDescription: expect.stringMatching(/^maize;[0-9a-f]{10}$/),
      digest: expect.stringMatching(/^c1:[0-9a-f]{64}$/),
      labels: { team: 'crops' },
      warnings: [{ field: 'priority' }],
      attempt: 1,
      attempts: [],
      createTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      submitTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect(edge.simulator.requests.at(-1)).toMatchObject({ headers: { traceparent } });
    expect(await edge.ledger.get('first')).toMatchObject({ traceparent });
  });

  test('shows nothing of the record that is the service’s own', async () => {
    const { body } = await edge.call('/v1/exports/first');
    const known = [
      'id',
      'project',
      'state',
      'request',
      'digest',
      'outline',
      'warnings',
      'operation',
      'sentDescription',
      'attempt',
    ];
    const times = ['createTime', 'submitTime'];
    expect(new Set(Object.keys(body as object))).toEqual(new Set([...known, ...times, 'attempts', 'labels']));
  });

  test('answers 200 with the same export for the same id and content, and sends nothing', async () => {
    const before = countSends();
    const fields = {
      labels: { team: 'crops' },
      priority: 7,
      description: 'maize',
      requestId: 'first',
      overwrite: undefined,
    };
    const { status, body } = await edge.call('/v1/exports', { json: bodyOf(fields) });
    expect([status, (body as { id: string }).id]).toEqual([200, 'first']);
    expect(countSends()).toBe(before);
  });

  test('answers 409 for the same id and other content, telling nothing of the export that has it', async () => {
    const { status, body, text } = await edge.call('/v1/exports', { json: bodyOf({ requestId: 'first' }) });
    expect(status).toBe(409);
    expect(body).toMatchObject({ error: { code: 409, status: 'ALREADY_EXISTS' } });
    expect(detailsOf(body).info).toMatchObject({
      reason: 'REQUEST_ID_REUSED',
      domain: 'ee-classifier-export',
      metadata: { exportId: 'first', remedy: expect.any(String) },
    });
    expect(text).not.toMatch(/crops|operations|c1:/);
  });

  test.each([
    ['idempotency-key', 'night-2026-11-02', 'night-2026-11-02', undefined],
    ['webhook-id', 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W', /^k-[0-9a-f]{40}$/, 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W'],
    ['idempotency-key', 'x'.repeat(61), /^k-[0-9a-f]{40}$/, 'x'.repeat(61)],
  ])('takes the id from %s: %s', async (name, key, id, originalKey) => {
    const asset = `projects/forest-watch/assets/key-${key.slice(0, 20)}`;
    const send = () => edge.call('/v1/exports', { json: bodyOf({}, asset), headers: { [name]: key } });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status]).toEqual([202, 200]);
    expect(first.body).toMatchObject({ id: typeof id === 'string' ? id : expect.stringMatching(id) });
    expect((first.body as { originalKey?: string }).originalKey).toBe(originalKey);
  });

  test('prefers the id of the body to those of headers, and makes one where there is none', async () => {
    const headers = { 'idempotency-key': 'of-header', 'webhook-id': 'of-webhook' };
    const named = await edge.call('/v1/exports', { json: bodyOf({ requestId: 'of-body' }), headers });
    expect(named.body).toMatchObject({ id: 'of-body' });
    const unnamed = await edge.call('/v1/exports', { json: bodyOf() });
    expect(unnamed.body).toMatchObject({ id: expect.stringMatching(/^00000000-0000-4000-8000-/) });
  });

  test('names every fault at once by its field, and records nothing', async () => {
    const before = countSends();
    const faulty = { requestId: 'no/id', priority: -1, labels: [], unknown: 1, workloadTag: 'A' };
    const { status, body } = await edge.call('/v1/exports', { json: bodyOf(faulty, 'users/me/x') });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } });
    expect(new Set(fieldsOf(body))).toEqual(
      new Set([DESTINATION, 'labels', 'priority', 'requestId', 'unknown', 'workloadTag']),
    );
    expect(countSends()).toBe(before);
  });

  test.each([
    ['', /empty/],
    ['{"expression":', /not JSON/],
    ['{"a":1}]', /not JSON at character 7/],
    ['\uFEFF{}', /byte order mark/],
    ['['.repeat(20_000), /nests deeper/],
  ])('answers a body that cannot be read as JSON: %#', async (text, message) => {
    const { status, headers, body } = await edge.call('/v1/exports', { method: 'POST', body: text });
    expect([status, headers.get('content-type')]).toEqual([400, 'application/json; charset=utf-8']);
    expect(body).toMatchObject({ error: { message: expect.stringMatching(message) } });
    expect(fieldsOf(body)).toEqual(['body']);
  });

  test.each(['null', '5', '"text"', '[]', '{}', '{"__proto__":{"expression":{}}}', '{"constructor":{"prototype":{}}}'])(
    'answers 400 for %s',
    async (text) => {
      const { status, body } = await edge.call('/v1/exports', { method: 'POST', body: text });
      expect(status).toBe(400);
      expect(fieldsOf(body).length).toBeGreaterThan(0);
    },
  );

  test('answers 413 for more than ten million bytes', async () => {
    const { status, body } = await edge.call('/v1/exports', { method: 'POST', body: ' '.repeat(10_000_001) });
    expect(status).toBe(413);
    expect(body).toMatchObject({ error: { code: 413 } });
  });

  test.each([
    ['another project', bodyOf({ project: 'other-project' })],
    ['a project by its number', bodyOf({ project: '123456789012' })],
    ['an asset elsewhere', bodyOf({}, 'projects/other-project/assets/x')],
    ['a neighbour by its name', bodyOf({}, 'projects/forest-watch-2/assets/x')],
  ])('answers 403 for %s before anything is recorded', async (_, json) => {
    const before = countSends();
    const { status, body } = await edge.call('/v1/exports', { json: { ...json, requestId: 'forbidden' } });
    expect(status).toBe(403);
    expect(detailsOf(body).info).toMatchObject({
      reason: 'NOT_ALLOWED',
      metadata: { remedy: expect.any(String) },
    });
    expect(await edge.ledger.get('forbidden')).toBeUndefined();
    expect(countSends()).toBe(before);
  });

  test('passes on Earth Engine’s refusal with what to do about it, and records it', async () => {
    const refusing = await startEdge({ simulator: { refusals: { 'forest-watch': 'notRegistered' } } });
    const { status, body } = await refusing.call('/v1/exports', { json: bodyOf({ requestId: 'refused' }) });
    expect(status).toBe(403);
    expect(body).toMatchObject({
      error: { status: 'PERMISSION_DENIED', message: expect.stringMatching(/not registered/) },
    });
    expect(detailsOf(body).info).toMatchObject({
      reason: 'PROJECT_NOT_REGISTERED',
      metadata: { exportId: 'refused', remedy: expect.stringMatching(/register\?project=forest-watch/) },
    });
    const again = await refusing.call('/v1/exports', { json: bodyOf({ requestId: 'refused' }) });
    expect([again.status, (again.body as { state: string }).state]).toEqual([200, 'REJECTED']);
    await refusing.close();
  });

  test('answers 202 and QUEUED for what Earth Engine does not answer in time', async () => {
    const slow = await startEdge({ submitBudgetMs: 100, simulator: { faults: [{ fault: { kind: 'hang' } }] } });
    const { status, body } = await slow.call('/v1/exports', { json: bodyOf({ requestId: 'slow' }) });
    expect([status, (body as { state: string }).state]).toEqual([202, 'QUEUED']);
    await slow.close();
  });

  test('sends again under the same id what may have been lost on the way', async () => {
    edge.simulator.faults.add({ path: 'classifier:export', times: 1, fault: { kind: 'html' } });
    const json = bodyOf({ requestId: 'twice' }, 'projects/forest-watch/assets/twice');
    const { status, body } = await edge.call('/v1/exports', { json });
    expect([status, body]).toMatchObject([202, { state: 'PENDING' }]);
    const [first, second] = edge.simulator.requests.slice(-2).map((request) => request.body);
    expect(first).toContain('"requestId":"twice"');
    expect(second).toBe(first);
  });

  test('answers 503 without the ledger, and calls nobody', async () => {
    const before = countSends();
    edge.outage.on = true;
    const { status, headers, body, text } = await edge.call('/v1/exports', { json: bodyOf() });
    expect(edge.lines.at(-2)).toContain('"message":"Ledger is out of reach"');
    const reads = await edge.call('/v1/exports/first');
    edge.outage.on = false;
    expect([reads.status, reads.headers.get('retry-after')]).toEqual([503, '10']);
    expect([status, headers.get('retry-after')]).toEqual([503, '10']);
    expect(detailsOf(body).retryDelay).toBe('10s');
    expect(detailsOf(body).info?.metadata).toMatchObject({
      exportId: expect.any(String),
      remedy: expect.stringMatching(/with requestId "0{8}-/),
    });
    expect(text).not.toContain('secret-detail');
    expect(countSends()).toBe(before);
  });

  test('puts who asks on the record and into the log', async () => {
    const claims = Buffer.from('{"email":"a@example.com","email_verified":true}').toString('base64url');
    const headers = { authorization: `Bearer x.${claims}.y` };
    await edge.call('/v1/exports', { json: bodyOf({ requestId: 'whose' }), headers });
    expect(await edge.ledger.get('whose')).toMatchObject({ requestedBy: 'a@example.com' });
    expect(edge.lines.join('')).toMatch(/"exportId":"whose".*"requestedBy":"a@example.com"/);
    expect(edge.lines.join('')).not.toContain(claims);
  });
});

describe('POST /v1/exports?validateOnly=true', () => {
  test('tells what would be sent, and does nothing', async () => {
    const before = edge.simulator.requests.length;
    const json = bodyOf({ requestId: 'dry', description: 'maize', workloadTag: 'night' });
    const { status, body } = await edge.call('/v1/exports?validateOnly=true', { json });
    expect(status).toBe(200);
    expect(body).toEqual({
      valid: true,
      warnings: [],
      digest: expect.stringMatching(/^c1:/),
      bytes: expect.any(Number),
      body: {
        expression: EXPRESSION,
        description: expect.stringMatching(/^maize;[0-9a-f]{10}$/),
        requestId: 'dry',
        assetExportOptions: {
          earthEngineDestination: { name: 'projects/forest-watch/assets/maize', overwrite: false },
        },
        workloadTag: 'night',
      },
    });
    expect(await edge.ledger.get('dry')).toBeUndefined();
    expect(edge.simulator.requests.length).toBe(before);
  });

  test('tells the faults, and what is not allowed', async () => {
    expect((await edge.call('/v1/exports?validateOnly=true', { json: {} })).status).toBe(400);
    const forbidden = bodyOf({}, 'projects/other-project/assets/x');
    expect((await edge.call('/v1/exports?validateOnly=true', { json: forbidden })).status).toBe(403);
  });

  test('asks beforehand what only Earth Engine can tell, and then alone', async () => {
    const asked: string[] = [];
    const preflight: NonNullable<Parameters<typeof startEdge>[0]>['parts'] = {
      preflight: async ({ request }) => {
        asked.push(request.asset);
        const warnings = [{ field: 'expression', description: 'odd' }];
        const violations = request.asset.endsWith('bad') ? [{ field: DESTINATION, description: 'no folder' }] : [];
        return { violations, warnings };
      },
    };
    const checked = await startEdge({ parts: preflight });
    const good = await checked.call('/v1/exports?validateOnly=true', { json: bodyOf() });
    expect(good.body).toMatchObject({ valid: true, warnings: [{ description: 'odd' }] });
    const bad = await checked.call('/v1/exports?validateOnly=true', {
      json: bodyOf({}, 'projects/forest-watch/assets/bad'),
    });
    expect([bad.status, ...fieldsOf(bad.body)]).toEqual([400, DESTINATION]);
    await checked.call('/v1/exports?validateOnly=false', { json: bodyOf() });
    expect(asked).toHaveLength(2);
    await checked.close();
  });

  test.each(['validateOnly=yes', 'validateOnly=', 'validateOnly=true&validateOnly=false'])(
    'refuses %s',
    async (query) => {
      const { status, body } = await edge.call(`/v1/exports?${query}`, { json: bodyOf() });
      expect([status, ...fieldsOf(body)]).toEqual([400, 'validateOnly']);
    },
  );
});

describe('GET /v1/exports/{id}', () => {
  test('answers the same for an export of others, one that there is not, and an id that is none', async () => {
    const record = await edge.ledger.get('first');
    if (!record) throw new Error('There is no export to take after');
    await edge.ledger.create({ ...record, id: 'foreign', project: 'other-project' });
    const newest = await edge.call('/v1/exports?pageSize=1');
    expect(newest.body).toMatchObject({ exports: [{ id: expect.stringMatching(/^(?!foreign)/) }] });
    const answers = await Promise.all(['foreign', 'unknown'].map((id) => edge.call(`/v1/exports/${id}`)));
    const [hidden, absent] = answers.map(({ status, text }) => ({
      status,
      text: text.replace(/foreign|unknown/, 'ID'),
    }));
    expect(hidden).toEqual(absent);
    expect(hidden?.status).toBe(404);
    expect((await edge.call('/v1/exports/a%22b%7Fc_')).status).toBe(400);
    expect((await edge.call('/v1/exports/__proto__')).status).toBe(404);
    for (const verb of ['cancel', 'retry']) {
      const { status } = await edge.call(`/v1/exports/foreign:${verb}`, {
        json: verb === 'retry' ? { attempt: 1 } : {},
      });
      expect(status).toBe(404);
    }
    expect(await edge.ledger.get('foreign')).toMatchObject({ state: 'PENDING', attempt: 1 });
  });

  test('answers a HEAD without a body', async () => {
    const { status, text } = await edge.call('/v1/exports/first', { method: 'HEAD' });
    expect([status, text]).toEqual([200, '']);
  });
});

describe('GET /v1/exports', () => {
  test('lists the newest first, page by page, and nothing of others', async () => {
    const seen: string[] = [];
    let query = '?pageSize=2';
    for (let pages = 0; pages < 20; pages += 1) {
      const { status, body } = await edge.call(`/v1/exports${query}`);
      expect(status).toBe(200);
      const page = body as { exports: { id: string; createTime: string }[]; nextPageToken?: string };
      expect(page.exports.length).toBeLessThanOrEqual(2);
      seen.push(...page.exports.map(({ id }) => id));
      if (page.nextPageToken === undefined) break;
      query = `?pageSize=2&pageToken=${page.nextPageToken}`;
    }
    expect(seen).toContain('first');
    expect(seen).not.toContain('foreign');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.at(-1)).toBe('first');
  });

  test('filters, and takes what Google’s clients add', async () => {
    const idsOf = async (query: string) =>
      ((await edge.call(`/v1/exports?${query}`)).body as { exports: { id: string }[] }).exports.map(({ id }) => id);
    expect(await idsOf('label=team:crops&alt=json&prettyPrint=false&key=x&$.xgafv=1')).toEqual(['first']);
    expect(await idsOf('label=team:wheat')).toEqual([]);
    expect(await idsOf('state=SUCCEEDED')).toEqual([]);
    expect(await idsOf('project=other-project')).toEqual([]);
    expect(await idsOf('createdAfter=2100-01-01T00:00:00Z')).toEqual([]);
  });

  test('counts all that are kept by project and state when asked, whatever the filters', async () => {
    const exports = await edge.ledger.list({ project: 'forest-watch' }, { pageSize: 500 });
    const counts: Record<string, number> = {};
    for (const { state } of exports.exports) counts[state] = (counts[state] ?? 0) + 1;
    const { body } = await edge.call('/v1/exports?counts=true&state=LOST&pageSize=1');
    expect(body).toEqual({ exports: [], counts: { 'forest-watch': counts } });
    expect(Object.keys(counts).length).toBeGreaterThan(0);
    const other = await edge.call('/v1/exports?counts=true&state=LOST&project=other-project');
    expect(other.body).toEqual({ exports: [], counts: {} });
    expect((await edge.call('/v1/exports?state=LOST')).body).toEqual({ exports: [] });
  });

  test('names every parameter that is wrong', async () => {
    const { status, body } = await edge.call('/v1/exports?state=DONE&pageSize=0&pageToken=');
    expect([status, fieldsOf(body)]).toEqual([400, ['state', 'pageSize', 'pageToken']]);
    const unknown = await edge.call('/v1/exports?stat=RUNNING&PageSize=5');
    expect([unknown.status, fieldsOf(unknown.body)]).toEqual([400, ['stat', 'PageSize']]);
  });

  test('refuses a page token that was not given for this filter', async () => {
    const { body } = await edge.call('/v1/exports?pageSize=1');
    const token = (body as { nextPageToken: string }).nextPageToken;
    const forged = Buffer.from('[0,"a","b"]').toString('base64url');
    for (const query of [`pageToken=${token}&state=PENDING`, `pageToken=${forged}`, 'pageToken=x']) {
      const refused = await edge.call(`/v1/exports?${query}`);
      expect([refused.status, ...fieldsOf(refused.body)]).toEqual([400, 'pageToken']);
    }
  });
});

describe('POST /v1/exports/{id}:cancel and :retry', () => {
  test('records the wish to cancel, and takes nothing but {}', async () => {
    await edge.call('/v1/exports', { json: bodyOf({ requestId: 'stop' }, 'projects/forest-watch/assets/stop') });
    const faulty = await edge.call('/v1/exports/stop:cancel', { json: { force: true } });
    expect([faulty.status, ...fieldsOf(faulty.body)]).toEqual([400, 'force']);
    const { status, body } = await edge.call('/v1/exports/stop:cancel', { json: {} });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: 'stop', state: 'PENDING', cancelRequestTime: expect.any(String) });
    expect((await edge.call('/v1/exports/stop:cancel', { method: 'POST' })).status).toBe(200);
  });

  test('retries an export that has failed once its event is published', async () => {
    const asset = 'projects/forest-watch/assets/again';
    const { body } = await edge.call('/v1/exports', { json: bodyOf({ requestId: 'again' }, asset) });
    const retry = (json: unknown = { attempt: 1 }) => edge.call('/v1/exports/again:retry', { json });
    const running = await retry();
    expect([running.status, running.body]).toMatchObject([400, { error: { status: 'FAILED_PRECONDITION' } }]);

    edge.simulator.model.finishOperation((body as { operation: string }).operation, {
      failed: { code: 3, message: 'User memory limit exceeded.' },
    });
    edge.outbox.open = false;
    await edge.poller.tick();
    const early = await retry();
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '10']);
    expect(detailsOf(early.body).info?.reason).toBe('EVENT_NOT_PUBLISHED');

    edge.outbox.open = true;
    edge.time.aheadMs += 60_000;
    await edge.poller.tick();
    const ended = await edge.call('/v1/exports/again');
    expect(ended.body).toMatchObject({
      state: 'FAILED',
      event: { id: 'again:FAILED:1' },
      publishTime: expect.any(String),
    });
    const retried = await retry();
    expect([retried.status, retried.body]).toMatchObject([200, { state: 'QUEUED', attempt: 2 }]);
    expect(retried.body).toMatchObject({
      attempts: [
        { attempt: 1, state: 'FAILED', endTime: expect.stringMatching(/Z$/), error: { reason: 'OUT_OF_MEMORY' } },
      ],
    });
    expect(retried.body).not.toHaveProperty('event');
    const stale = await retry();
    expect([stale.status, stale.body]).toMatchObject([200, { attempt: 2 }]);
    const future = await retry({ attempt: 3 });
    expect([future.status, ...fieldsOf(future.body)]).toEqual([400, 'attempt']);
  });

  test.each([{}, { attempt: 0 }, { attempt: '1' }, { attempt: 1.5 }, { attempt: 1, force: true }, [], null])(
    'refuses to retry with %j',
    async (json) => {
      expect((await edge.call('/v1/exports/again:retry', { json })).status).toBe(400);
    },
  );
});

describe('everything else', () => {
  test.each([
    ['PUT', '/v1/exports', 405, 'GET, HEAD, POST'],
    ['DELETE', '/v1/exports/first', 405, 'GET, HEAD'],
    ['GET', '/v1/exports/first:cancel', 405, 'POST'],
    ['OPTIONS', '/v1/exports', 405, 'GET, HEAD, POST'],
    ['POST', '/v1/projects/forest-watch/image:export', 501, null],
    ['GET', '/v1/projects/forest-watch/assets/x', 501, null],
    ['GET', '/v2/exports', 404, null],
    ['GET', '/', 404, null],
    ['GET', '/.git/config', 404, null],
    ['GET', '//v1/exports', 404, null],
  ])('answers %s %s with %d', async (method, path, code, allow) => {
    const { status, headers, body } = await edge.call(path, { method });
    expect([status, headers.get('allow')]).toEqual([code, allow]);
    expect(body).toMatchObject({ error: { code, message: expect.any(String), details: [{ '@type': ERROR_INFO }] } });
  });

  test('says with 501 what to do instead', async () => {
    const { body } = await edge.call('/v1/projects/forest-watch/table:export', { json: {} });
    expect(body).toMatchObject({ error: { status: 'UNIMPLEMENTED' } });
    expect(detailsOf(body).info).toMatchObject({
      metadata: { remedy: expect.stringMatching(/classifier\.serialize/) },
    });
  });

  test('serves the pages it is given, with their own headers over the common ones', async () => {
    const csp = "default-src 'self'";
    const paged = await startEdge({
      parts: {
        page: (path) =>
          path === '/'
            ? { contentType: 'text/html; charset=utf-8', body: '<p>', headers: { 'content-security-policy': csp } }
            : undefined,
      },
    });
    const { status, headers, text } = await paged.call('/');
    expect([status, text, headers.get('content-type')]).toEqual([200, '<p>', 'text/html; charset=utf-8']);
    expect([headers.get('content-security-policy'), headers.get('x-content-type-options')]).toEqual([csp, 'nosniff']);
    expect((await paged.call('/console.js')).status).toBe(404);
    await paged.close();
  });

  test('answers a fault of its own with 500, and tells the log alone what it was', async () => {
    const failing = await startEdge({
      parts: {
        page: () => {
          throw new Error('secret inner detail');
        },
      },
    });
    const { status, body, text } = await failing.call('/');
    expect([status, body]).toMatchObject([500, { error: { code: 500, status: 'INTERNAL' } }]);
    expect(text).not.toContain('secret');
    expect(failing.lines.join('')).toMatch(/"severity":"ERROR".*secret inner detail/);
    await failing.close();
  });

  test('sends the same protective headers with every answer', async () => {
    for (const path of ['/v1/exports', '/v1/exports/unknown', '/v1/nothing', '/%zz']) {
      const { headers } = await edge.call(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(headers.has('x-powered-by')).toBe(false);
    }
  });
});
