import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/clock.ts';
import { createIdTokenCheck } from '../../src/google-auth/id-token-check.ts';
import { exchange } from '../functions/function-server.ts';
import {
  ACCESS_TOKEN,
  asCaller,
  bodyFor,
  IN_THE_GRAPH,
  PROJECT,
  pushOf,
  startAttackedService,
} from './attacked-service.ts';
import { createSigningKey, signToken, startKeyServer } from './id-tokens.ts';

// What is written down during whole runs under attack, in each of the three modes: read by more people than may call.

const SECRET = Buffer.from('a webhook secret nobody may read').toString('base64');
const AUDIENCE = 'https://exports.example.com';
const EMAIL = 'robot@example.com';
const FORGED = '{"severity":"EMERGENCY","message":"forged"}';

const lines: string[] = [];
const texts: string[] = [];
const secrets: string[] = [ACCESS_TOKEN, SECRET, IN_THE_GRAPH, 'expression":{'];

beforeAll(async () => {
  await runWithIam();
  await runSigned();
  await runWithIdTokens();
}, 60_000);

type Service = Awaited<ReturnType<typeof startAttackedService>>;

async function end(service: Service): Promise<void> {
  lines.push(...service.lines);
  texts.push(JSON.stringify(service.events));
  await service.close();
}

async function runWithIam(): Promise<void> {
  const service = await startAttackedService({
    simulator: {
      outcome: ({ asset }) =>
        asset?.endsWith('fails') ? { failed: { code: 3, message: `No\n${FORGED}` } } : 'SUCCEEDED',
    },
  });
  const injected = `a\r\n${FORGED}\u2028\u0000\ud800`;
  const headers = { ...asCaller({ email: `x${injected}`, email_verified: true }), traceparent: `\t${FORGED}` };
  secrets.push(headers.authorization);
  const json = bodyFor('fine', { requestId: 'fine', labels: { note: 'x' } });
  const calls = [
    service.call('/v1/exports', { json, headers }),
    service.call('/v1/exports', { json: bodyFor('fails', { requestId: 'fails' }), headers }),
    service.call('/v1/exports', { json: bodyFor('x', { description: injected }), headers }),
    service.call('/v1/exports', { json: bodyFor('x'), headers: { ...headers, 'idempotency-key': `k ${FORGED}` } }),
    service.call('/v1/exports?validateOnly=true', { json, headers }),
    service.call(`/v1/exports/${encodeURIComponent(FORGED)}`, { headers }),
    service.call(`/v1/exports?state=${encodeURIComponent(injected.toWellFormed())}`, { headers }),
    service.call(`/v1/projects/${PROJECT}/classifier:export`, { json: { ...json, requestId: 'other' }, headers }),
    service.call('/v1/exports', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: `{"expression":"${IN_THE_GRAPH}`,
    }),
    service.call('/v1/exports', { json, headers: { ...headers, origin: `https://evil.example/${FORGED}` } }),
    service.push(pushOf(bodyFor('m', { requestId: 'm' }), { traceparent: injected, project: injected }), headers),
    service.push(
      { message: { data: injected, messageId: injected, publishTime: injected }, subscription: injected },
      headers,
    ),
    service.push(pushOf({ ...bodyFor('m'), [injected]: 1 }), headers),
    exchange(
      service.port,
      `POST /v1/exports HTTP/1.1\r\nhost: x\r\nx: \xff\xfe${FORGED}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}`,
    ),
  ];
  await Promise.all(calls);
  for (let ticks = 0; ticks < 4; ticks += 1) {
    await service.tick();
    service.time.aheadMs += 120_000;
  }
  texts.push((await service.call('/v1/exports')).text);
  service.simulator.faults.add({
    fault: {
      kind: 'status',
      code: 401,
      body: { error: { code: 401, message: `Bad token ${ACCESS_TOKEN}`, status: 'UNAUTHENTICATED' } },
    },
  });
  await service.call('/v1/exports', { json: bodyFor('denied', { requestId: 'denied' }), headers });
  await service.tick();
  await end(service);
}

async function runSigned(): Promise<void> {
  const service = await startAttackedService({ settings: { HTTP_AUTH: 'signature', WEBHOOK_SECRETS: SECRET } });
  const body = JSON.stringify(bodyFor('signed'));
  const at = Math.floor(Date.now() / 1000);
  const mac = createHmac('sha256', Buffer.from(SECRET, 'base64')).update(`evt.${at}.${body}`).digest('base64');
  secrets.push(mac);
  const headers = { 'content-type': 'application/json', 'webhook-id': 'evt', 'webhook-timestamp': String(at) };
  for (const signature of [`v1,${mac}`, `v1,${mac}x`, mac]) {
    await service.call('/v1/exports', {
      method: 'POST',
      headers: { ...headers, 'webhook-signature': signature },
      body,
    });
    await service.call('/v1/exports', {
      method: 'POST',
      headers: { ...headers, 'webhook-signature': signature },
      body: `${body} `,
    });
  }
  expect(await service.records()).toHaveLength(1);
  await end(service);
}

async function runWithIdTokens(): Promise<void> {
  const key = createSigningKey('k1');
  const keys = await startKeyServer([key]);
  const service = await startAttackedService({
    settings: { HTTP_AUTH: 'google-id-token', ID_TOKEN_AUDIENCE: AUDIENCE, ID_TOKEN_EMAILS: EMAIL },
    parts: { verifyIdToken: createIdTokenCheck({ certsUrl: keys.url, clock: systemClock }) },
  });
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://accounts.google.com',
    aud: AUDIENCE,
    email: EMAIL,
    email_verified: true,
    iat: now,
    exp: now + 600,
  };
  for (const [name, changed] of [
    ['good', {}],
    ['expired', { exp: now - 3_600 }],
    ['misdirected', { aud: 'https://other.example.com' }],
    ['stranger', { email: 'secret-name@example.com' }],
  ] as const) {
    const token = signToken(key, { ...claims, ...changed });
    secrets.push(...token.split('.'));
    await service.call('/v1/exports', { json: bodyFor(name), headers: { authorization: `Bearer ${token}` } });
  }
  secrets.push('secret-name');
  expect(await service.records()).toHaveLength(1);
  await end(service);
  await keys.close();
}

afterAll(() => {
  lines.length = 0;
});

describe('the log of runs under attack', () => {
  test('→ every line is one JSON object, with a severity of ours', () => {
    expect(lines.length).toBeGreaterThan(40);
    for (const line of lines) {
      expect(line).toMatch(/^\{[^\n\r]*\}\n$/);
      expect(line.isWellFormed()).toBe(true);
      const { severity, message } = JSON.parse(line) as { severity: string; message: string };
      expect(['DEBUG', 'INFO', 'WARNING', 'ERROR']).toContain(severity);
      expect(message).not.toBe('forged');
    }
  });

  test('→ no token, signature, secret or graph is in it', () => {
    const log = lines.join('');
    expect(secrets.length).toBeGreaterThan(15);
    for (const secret of secrets) expect(log.includes(secret) ? secret : undefined).toBeUndefined();
    expect(log).not.toContain('"outline"');
  });

  test('→ nor in what callers and subscribers are told', () => {
    for (const text of texts) {
      for (const secret of secrets) expect(text.includes(secret) ? secret : undefined).toBeUndefined();
    }
    expect(texts.join('')).toContain('"SUCCEEDED"');
  });

  test('→ says who was refused, so that an attack can be seen', () => {
    const refusals = lines.filter((line) => line.includes('Call was refused') && line.includes('WARNING'));
    expect(refusals.length).toBeGreaterThan(5);
  });
});
