import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AttackedService, bodyFor, bodyTo, PROJECT, pushOf, startAttackedService } from './attacked-service.ts';

// The confused deputy: whoever may call makes the service's rights at Earth Engine its own, and ALLOWED_PROJECTS and
// ALLOWED_ASSETS are what keeps it within bounds. Ways round them, by every way in.

const TEAM = `projects/${PROJECT}/assets/team-a`;
const SETTINGS = { ALLOWED_PROJECTS: `${PROJECT},example.com:crop-watch`, ALLOWED_ASSETS: TEAM };

let service: AttackedService;
beforeAll(async () => {
  service = await startAttackedService({ settings: SETTINGS });
});
afterAll(() => service.close());

/** Sends the body by every way in and sees that nothing of it is carried out. */
async function expectRefused(body: Record<string, unknown>): Promise<void> {
  const before = (await service.records()).length;
  const asked = service.sent.length;
  for (const path of ['/v1/exports', '/v1/exports?validateOnly=true', `/v1/projects/${PROJECT}/classifier:export`]) {
    const { status } = await service.call(path, { json: body });
    expect([path, status === 400 || status === 403]).toEqual([path, true]);
  }
  expect((await service.records()).length).toBe(before);
  expect((await service.push(pushOf(body))).status).toBe(204);
  const [newest] = await service.records();
  expect(newest).toMatchObject({ state: 'REJECTED', hasBody: false });
  await service.tick();
  expect(service.sent.length).toBe(asked);
  service.time.aheadMs += 1_000;
}

describe('an asset', () => {
  test('within the list → is let through', async () => {
    for (const asset of [`${TEAM}/x`, `${TEAM}/x/y`, TEAM]) {
      expect(await service.call('/v1/exports', { json: bodyTo(asset) })).toMatchObject({ status: 202 });
    }
  });

  test.each<[string, unknown]>([
    ['beside the folder', `projects/${PROJECT}/assets/team-b/x`],
    ['whose folder begins like it', `${TEAM}b/x`],
    ['above the folder', `projects/${PROJECT}/assets/x`],
    ['in capitals', `projects/${PROJECT}/assets/Team-A/x`],
    ['of the project in capitals', `projects/${PROJECT.toUpperCase()}/assets/team-a/x`],
    ['through ..', `${TEAM}/../team-b/x`],
    ['through .. at the end', `${TEAM}/x/..`],
    ['through .', `${TEAM}/./x`],
    ['through an encoded ..', `${TEAM}/%2e%2e/team-b/x`],
    ['through a twice encoded ..', `${TEAM}/%252e%252e/team-b/x`],
    ['through an encoded slash', `${TEAM}/..%2Fteam-b/x`],
    ['with a double slash', `${TEAM}//x`],
    ['with a double slash before the folder', `projects/${PROJECT}/assets//team-a/x`],
    ['with a slash in front', `/${TEAM}/x`],
    ['with a slash behind', `${TEAM}/x/`],
    ['with a backslash', `${TEAM}\\..\\team-b`],
    ['with a NUL', `${TEAM}/x\u0000`],
    ['with a line break behind', `${TEAM}/x\n`],
    ['with a line break and a second name', `${TEAM}/x\nprojects/other-project/assets/x`],
    ['with a space in front', ` ${TEAM}/x`],
    ['with a query', `${TEAM}/x?name=projects/other-project`],
    ['with a fragment', `${TEAM}/x#y`],
    ['with a verb', `${TEAM}/x:setIamPolicy`],
    ['of another project', 'projects/other-project/assets/team-a/x'],
    ['of the project’s number', 'projects/123456789012/assets/team-a/x'],
    ['of the project with a domain', `projects/example.com:${PROJECT}/assets/team-a/x`],
    ['of a project that ends like it', `projects/x${PROJECT}/assets/team-a/x`],
    ['of a project with a look-alike hyphen', `projects/forest‐watch/assets/team-a/x`],
    ['of a project with a Cyrillic letter', 'projects/fоrest-watch/assets/team-a/x'],
    ['of a project in full-width letters', 'projects/ｆorest-watch/assets/team-a/x'],
    ['of a project with a zero-width space', 'projects/forest\u200b-watch/assets/team-a/x'],
    ['of a folder with a look-alike letter', `projects/${PROJECT}/assets/tеam-a/x`],
    ['as a legacy name', 'users/somebody/x'],
    ['as a legacy name of the project', `${PROJECT}/team-a/x`],
    ['under the legacy root', `projects/earthengine-legacy/assets/${TEAM}/x`],
    ['under the legacy root without assets', `projects/earthengine-legacy/assets/projects/${PROJECT}/team-a/x`],
    ['in the public catalogue', 'projects/earthengine-public/assets/team-a/x'],
    ['as a URL', `https://earthengine.googleapis.com/v1/${TEAM}/x`],
    ['as a URL without a scheme', `//evil.example/${TEAM}/x`],
    ['as a list', [`${TEAM}/x`]],
    ['as an object', { toString: `${TEAM}/x` }],
    ['as nothing', null],
    ['of 100,000 characters', `${TEAM}/${'x'.repeat(100_000)}`],
  ])('%s → refused by every way in, Earth Engine not asked', async (_, asset) => {
    await expectRefused(bodyTo(asset));
  });
});

describe('a project', () => {
  test.each<[string, unknown]>([
    ['that is another', 'other-project'],
    ['in capitals', PROJECT.toUpperCase()],
    ['by its number', '123456789012'],
    ['by its number in digits of another script', '１２３４５６'],
    ['with a domain before it', `example.com:${PROJECT}`],
    ['without the domain that is in the list', 'crop-watch'],
    ['of another domain', 'evil.example:crop-watch'],
    ['as a resource name', `projects/${PROJECT}`],
    ['with a space behind', `${PROJECT} `],
    ['with a line break behind', `${PROJECT}\n`],
    ['and a second one', `${PROJECT},other-project`],
    ['encoded', '%66orest-watch'],
    ['with a way out', `${PROJECT}/../other-project`],
    ['with a look-alike letter', 'fоrest-watch'],
    ['as a list', [PROJECT]],
    ['as a list with another', ['other-project', PROJECT]],
    ['as a number', 123456789012],
    ['named __proto__', '__proto__'],
    ['that is empty', ''],
  ])('%s → refused by every way in, Earth Engine not asked', async (_, project) => {
    await expectRefused(bodyTo(`${TEAM}/x`, { project }));
  });

  test.each([
    'other-project',
    '123456789012',
    PROJECT.toUpperCase(),
    `${PROJECT}%20`,
    `${PROJECT};x=y`,
    `${PROJECT}%0a`,
    `${PROJECT}%2F..%2Fother-project`,
    `example.com%3A${PROJECT}`,
    'f%D0%BErest-watch',
    '-',
    '_',
    '*',
    'earthengine-legacy',
  ])('%s in the path → refused, Earth Engine not asked', async (project) => {
    const asked = service.sent.length;
    const calls: [string, object | undefined][] = [
      ['classifier:export', bodyTo(`${TEAM}/x`)],
      ['operations', undefined],
      ['operations/X', undefined],
      ['operations/X:cancel', {}],
      ['algorithms', undefined],
    ];
    for (const [rest, json] of calls) {
      const { status } = await service.call(`/v1/projects/${project}/${rest}`, json ? { json } : {});
      expect([rest, [400, 403, 404].includes(status)]).toEqual([rest, true]);
    }
    expect(service.sent.length).toBe(asked);
  });

  test('named in the path and another in the body → 400', async () => {
    const json = bodyTo(`${TEAM}/x`, { project: 'example.com:crop-watch' });
    expect(await service.call(`/v1/projects/${PROJECT}/classifier:export`, { json })).toMatchObject({ status: 400 });
  });

  test('named twice in the body → the last is judged, and none but the judged one is charged', async () => {
    const text = (first: string, second: string) =>
      JSON.stringify(bodyTo(`${TEAM}/twice`, { project: first })).replace(/}$/, `,"project":"${second}"}`);
    const headers = { 'content-type': 'application/json' };
    const post = (body: string) => service.call('/v1/exports', { method: 'POST', headers, body });
    expect(await post(text(PROJECT, 'other-project'))).toMatchObject({ status: 403 });
    const taken = await post(text('other-project', PROJECT));
    expect([taken.status, taken.body]).toMatchObject([202, { project: PROJECT }]);
    expect(service.sent.at(-1)?.headers['x-goog-user-project']).toBe(PROJECT);
  });

  test.each([
    ['X-Goog-User-Project', { 'x-goog-user-project': 'other-project' }],
    ['X-Goog-Request-Params', { 'x-goog-request-params': 'project=other-project' }],
  ])('smuggled in the header %s → the allowed one is charged', async (_, headers) => {
    const json = bodyTo(`${TEAM}/charged-${Object.keys(headers)[0]}`);
    expect(await service.call(`/v1/projects/${PROJECT}/classifier:export`, { json, headers })).toMatchObject({
      status: 200,
    });
    expect(service.sent.at(-1)?.headers['x-goog-user-project']).toBe(PROJECT);
  });

  test('written with a percent sign in the path → what is judged is what is charged', async () => {
    const asked = service.sent.length;
    const json = bodyTo(`${TEAM}/decoded`);
    expect(await service.call('/v1/projects/%66orest%2Dwatch/classifier:export', { json })).toMatchObject({
      status: 200,
    });
    for (const { url, headers } of service.sent.slice(asked)) {
      expect([url, headers['x-goog-user-project']]).toEqual([
        expect.stringContaining(`/v1/projects/${PROJECT}/`),
        PROJECT,
      ]);
    }
  });
});

test('taking an asset off the list → exports to it can no longer be seen, cancelled or retried', async () => {
  const { ledger } = service;
  expect(await service.call('/v1/exports', { json: bodyTo(`${TEAM}/old`, { requestId: 'old' }) })).toMatchObject({
    status: 202,
  });
  const narrowed = await startAttackedService({ settings: { ALLOWED_ASSETS: `${TEAM}-2` }, parts: { ledger } });
  const listed = await narrowed.call('/v1/exports?pageSize=500');
  const { exports } = listed.body as { exports: { state: string }[] };
  expect(exports.filter(({ state }) => state !== 'REJECTED')).toEqual([]);
  expect(await narrowed.call('/v1/exports/old')).toMatchObject({ status: 404 });
  expect(await narrowed.call('/v1/exports/old:cancel', { json: {} })).toMatchObject({ status: 404 });
  expect(await narrowed.call('/v1/exports/old:retry', { json: { attempt: 1 } })).toMatchObject({ status: 404 });
  expect(await narrowed.call('/v1/exports', { json: bodyFor('team-a/old', { requestId: 'old' }) })).toMatchObject({
    status: 403,
  });
  await narrowed.close();
});
