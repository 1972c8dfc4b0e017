import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FuzzTarget, startFuzzTarget } from '../../scripts/fuzz-target.ts';
import { attack, bodyFor, type Reply } from './attacked-service.ts';

// OWASP API4:2023, unrestricted resource consumption. The functions are in a process of their own, so that what a call
// costs them can be told: processor time instead of waiting time, since the machine may be busy with other tests.

const MIB = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

let target: FuzzTarget;
beforeAll(async () => {
  target = await startFuzzTarget();
  // What is compiled and loaded at the first call is not what is measured.
  for (let index = 0; index < 20; index += 1) await submit(JSON.stringify(bodyFor(`warm/${index}`)));
  await submit(`[${'1,'.repeat(2_000_000)}1]`);
}, 30_000);
afterAll(() => target.close());
beforeEach(async () => {
  await target.readHealth();
});

function submit(body: string | Buffer, headers: Record<string, string> = JSON_TYPE): Promise<Reply> {
  return attack(target.ports.exportsHttp, '/v1/exports', { method: 'POST', headers, body });
}

/** What `attacking` cost the functions. Somebody else asks for something meanwhile, and must get it. */
async function measure<Result>(attacking: () => Promise<Result>) {
  const { peakRssBytes } = await target.readHealth();
  const other = attack(target.ports.exportsHttp, '/v1/exports/none');
  const result = await attacking();
  expect((await other).status).toBe(404);
  const health = await target.readHealth();
  return {
    result,
    cpuMs: health.cpuMs,
    peakMib: (health.peakRssBytes - peakRssBytes) / MIB,
    badLines: health.badLines,
  };
}

async function openSocket(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

describe('a body that is too large', () => {
  test.each([
    ['exportsHttp', 413],
    ['exportsPubsub', 413],
    ['pollOperations', 413],
    ['signedHttp', 413],
  ] as const)('of 30 MB to %s → %d before it is read', async (name, status) => {
    const body = Buffer.from(`[${'1,'.repeat(15_000_000)}1]`);
    const { result, cpuMs, peakMib } = await measure(() =>
      attack(target.ports[name], '/v1/exports', { method: 'POST', headers: JSON_TYPE, body }),
    );
    expect(result.status).toBe(status);
    expect(cpuMs).toBeLessThan(300);
    expect(peakMib).toBeLessThan(60);
  });

  test.each(['exportsHttp', 'exportsPubsub', 'pollOperations'] as const)(
    'without an end, in chunks to %s → cut on its way, in bounded memory',
    async (name) => {
      const chunk = `${MIB.toString(16)}\r\n${'1,'.repeat(MIB / 2)}\r\n`;
      const { result, cpuMs, peakMib } = await measure(async () => {
        const socket = await openSocket(
          target.ports[name],
          'POST /v1/exports HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
        );
        let received = '';
        socket.setEncoding('latin1').on('data', (data) => {
          received += data;
        });
        const closed = new Promise((resolve) => socket.once('close', resolve));
        while (!socket.destroyed) {
          if (!socket.write(chunk))
            await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
        }
        await closed;
        return received;
      });
      // Who goes on sending may find the connection closed before the answer is read.
      expect(result).toMatch(/^(HTTP\/1\.1 413|$)/);
      expect(cpuMs).toBeLessThan(1_000);
      expect(peakMib).toBeLessThan(100);
    },
  );

  test('packed a thousand to one → 415, never unpacked', async () => {
    const body = gzipSync(Buffer.alloc(300 * MIB, 0x20));
    for (const name of ['exportsHttp', 'exportsPubsub', 'pollOperations'] as const) {
      const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
      const { result, cpuMs, peakMib } = await measure(() =>
        attack(target.ports[name], '/', { method: 'POST', headers, body }),
      );
      expect(result.status).toBe(415);
      expect(cpuMs).toBeLessThan(300);
      expect(peakMib).toBeLessThan(60);
    }
  }, 30_000);
});

describe('a body of an evil shape, as large as is read', () => {
  const graph = (values: string) => `{"expression":{"result":"0","values":{${values}}}}`;
  const MOST = 9_900_000;
  const repeat = (text: string) => text.repeat(Math.floor(MOST / text.length));
  const numbered = (count: number, make: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => make(index)).join(',');

  const SHAPES: [attack: string, body: () => string][] = [
    ['millions of lists in each other', () => repeat('[')],
    ['a million lists in each other, closed again', () => '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
    ['five million lists in each other, closed again', () => '['.repeat(4_900_000) + ']'.repeat(4_900_000)],
    ['a million objects in each other', () => '{"a":'.repeat(1_000_000)],
    ['millions of empty lists', () => `[${repeat('[],')}[]]`],
    ['millions of numbers', () => `[${repeat('1,')}1]`],
    ['a number of millions of digits', () => `{"priority":${repeat('9')}}`],
    ['a text of millions of letters', () => `{"description":"${repeat('x')}"}`],
    ['a text of millions of escapes', () => `{"description":"${repeat('\\u0000')}"}`],
    ['nothing but quotes', () => repeat('"')],
    ['nothing but backslashes', () => `"${repeat('\\')}`],
    ['half a million unknown keys', () => `{${numbered(500_000, (index) => `"k${index}":1`)}}`],
    ['the same key half a million times', () => `{${repeat('"expression":1,')}"a":1}`],
    ['a key of millions of letters', () => `{"${repeat('x')}":1}`],
    [
      'a thousand keys of ten thousand letters',
      () => `{${numbered(950, (index) => `"${index}${'expressio'.repeat(1_100)}":1`)}}`,
    ],
    [
      'a graph of two hundred thousand nodes',
      () => graph(numbered(200_000, (index) => `"${index}":{"constantValue":${index}}`)),
    ],
    [
      'a graph of ninety thousand unknown functions',
      () =>
        graph(
          numbered(
            90_000,
            (index) =>
              `"${index}":{"functionInvocationValue":{"functionName":"Classifier.smileRandomForst${index}","arguments":{}}}`,
          ),
        ),
    ],
    [
      'a graph whose nodes refer to each other in a ring',
      () => graph(numbered(200_000, (index) => `"${index}":{"valueReference":"${(index + 1) % 200_000}"}`)),
    ],
    [
      'a graph that doubles at every node',
      () =>
        graph(
          `${numbered(100_000, (index) => `"${index}":{"arrayValue":{"values":[{"valueReference":"${index + 1}"},{"valueReference":"${index + 1}"}]}}`)},"100000":{"constantValue":1}`,
        ),
    ],
    [
      'a graph of nodes as deep as may be',
      () => graph(`"0":${'{"arrayValue":{"values":['.repeat(3_000)}{"constantValue":1}${']}}'.repeat(3_000)}`),
    ],
    ['a tree of a million lines', () => `{"trees":"${repeat('1) root 9 9 1 *\\n')}"}`],
    ['a hundred thousand trees', () => `{"trees":[${numbered(100_000, () => '"1) root 9 9 1 *\\n"')}]}`],
    ['a tree of nothing but spaces', () => `{"trees":"1) root${repeat(' ')}"}`],
    ['a label of millions of letters', () => `{"labels":{"a":"${repeat('x')}"}}`],
    ['hundreds of thousands of labels', () => `{"labels":{${numbered(500_000, (index) => `"k${index}":"v"`)}}}`],
    [
      'an asset name of millions of segments',
      () => `{"assetExportOptions":{"earthEngineDestination":{"name":"projects/forest-watch/assets/${repeat('a/')}"}}}`,
    ],
    [
      'an asset name of one long segment',
      () => `{"assetExportOptions":{"earthEngineDestination":{"name":"${repeat('projects/')}"}}}`,
    ],
    ['a project of millions of dots', () => `{"project":"${repeat('a.')}:x"}`],
    ['an expression in a text, and so on', () => `{"expression":"${repeat('{\\"expression\\":')}"}`],
    ['surrogates without a partner', () => `{"description":"${repeat('\\ud800')}"}`],
  ];

  async function expectRefusal(path: string, body: string): Promise<void> {
    expect(Buffer.byteLength(body)).toBeLessThan(10_000_000);
    const { result, cpuMs, peakMib, badLines } = await measure(() =>
      attack(target.ports.exportsHttp, path, { method: 'POST', headers: JSON_TYPE, body }),
    );
    expect([result.status, result.text.slice(0, 200)]).toEqual([400, expect.stringContaining('"error"')]);
    expect(result.text.length).toBeLessThan(200_000);
    expect(badLines).toEqual([]);
    expect(cpuMs).toBeLessThan(4_000);
    expect(peakMib).toBeLessThan(300);
  }

  test.each(SHAPES)(
    '%s → refused in bounded time and memory, in a short answer',
    (_, make) => expectRefusal('/v1/exports', make()),
    60_000,
  );

  test('by the other route that submits → refused just so', async () => {
    for (const shape of [SHAPES[0], SHAPES[10], SHAPES[15]]) {
      await expectRefusal('/v1/projects/forest-watch/classifier:export', shape?.[1]() ?? '');
    }
  }, 60_000);

  test('as a message → acknowledged, its rejection recorded, in bounded time and memory', async () => {
    for (const shape of [SHAPES[0], SHAPES[10], SHAPES[15]]) {
      const data = Buffer.from(shape?.[1]() ?? '').toString('base64');
      const body = JSON.stringify({ message: { data, messageId: '1', publishTime: 'x' }, subscription: 's' });
      const { result, cpuMs, peakMib } = await measure(() =>
        attack(target.ports.exportsPubsub, '/', { method: 'POST', headers: JSON_TYPE, body }),
      );
      expect([result.status, result.text]).toEqual([204, '']);
      expect(cpuMs).toBeLessThan(4_000);
      expect(peakMib).toBeLessThan(300);
    }
  }, 60_000);

  test('eight at once → all answered', async () => {
    const body = `[${repeat('1,')}1]`;
    const { result, peakMib } = await measure(() => Promise.all(Array.from({ length: 8 }, () => submit(body))));
    expect(result.map(({ status }) => status)).toEqual(Array(8).fill(400));
    expect(peakMib).toBeLessThan(600);
  }, 60_000);
});

describe('a connection', () => {
  test.each<[string, string]>([
    [
      'whose body never comes',
      'POST /v1/exports HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
    ],
    [
      'whose chunks never come',
      'POST /v1/exports HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n',
    ],
    ['whose head never ends', 'POST /v1/exports HTTP/1.1\r\nhost: x\r\nx-a: b\r\n'],
    ['that says nothing', ''],
  ])('%s, two hundred times → others are answered as if there were none', async (_, text) => {
    const sockets = await Promise.all(Array.from({ length: 200 }, () => openSocket(target.ports.exportsHttp, text)));
    const { result, cpuMs } = await measure(() => submit(JSON.stringify(bodyFor('meanwhile'))));
    expect([200, 202, 409]).toContain(result.status);
    expect(cpuMs).toBeLessThan(500);
    for (const socket of sockets) socket.destroy();
    expect((await attack(target.ports.exportsHttp, '/v1/exports/none')).status).toBe(404);
    expect(target.output()).toBe('');
  });

  test('broken off in the middle of a body, five hundred times → nothing is written about it', async () => {
    for (let index = 0; index < 500; index += 1) {
      const socket = await openSocket(
        target.ports.exportsHttp,
        'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx',
      );
      socket.destroy();
    }
    expect((await attack(target.ports.exportsHttp, '/v1/exports/none')).status).toBe(404);
    expect(target.output()).toBe('');
  });
});

describe('a head', () => {
  test.each<[string, string, number]>([
    ['of 100 KB in one line', `x: ${'y'.repeat(100_000)}\r\n`, 431],
    ['of 5,000 lines', 'x: y\r\n'.repeat(5_000), 431],
    ['of a URL of 9,000 characters', '', 414],
  ])('%s → refused', async (_, lines, status) => {
    const path = status === 414 ? `/${'x'.repeat(9_000)}` : '/v1/exports';
    const socket = await openSocket(
      target.ports.exportsHttp,
      `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${lines}\r\n`,
    );
    const [answer] = await once(socket.setEncoding('latin1'), 'data');
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    socket.destroy();
  });

  test('of a thousand signatures, keys or tokens → costs next to nothing', async () => {
    const body = JSON.stringify(bodyFor('x'));
    const at = String(Math.floor(Date.now() / 1000));
    const headers = {
      ...JSON_TYPE,
      'webhook-id': 'x',
      'webhook-timestamp': at,
      'webhook-signature': 'v1,AAAA '.repeat(1_000),
    };
    const { cpuMs } = await measure(async () => {
      const answers = Array.from({ length: 20 }, () =>
        attack(target.ports.signedHttp, '/v1/exports', { method: 'POST', headers, body }),
      );
      for (const { status } of await Promise.all(answers)) expect(status).toBe(401);
    });
    expect(cpuMs).toBeLessThan(1_500);
  });
});

describe('a list', () => {
  test.each(['501', '0', '-1', '1e9', '99999999999', 'x'])('of pageSize=%s → 400', async (pageSize) => {
    expect((await attack(target.ports.exportsHttp, `/v1/exports?pageSize=${pageSize}`)).status).toBe(400);
  });

  test('of hundreds of labels at once → 400 or an answer, in bounded time', async () => {
    const query = Array.from({ length: 700 }, (_, index) => `label=k${index}:v`)
      .join('&')
      .slice(0, 7_900);
    const { result, cpuMs } = await measure(() => attack(target.ports.exportsHttp, `/v1/exports?${query}`));
    expect([200, 400]).toContain(result.status);
    expect(cpuMs).toBeLessThan(1_500);
  });
});
