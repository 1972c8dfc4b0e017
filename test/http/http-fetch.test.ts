import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createHttpFetch, type Fetch } from '../../src/http/http-fetch.ts';
import { sendJson, startSocket, startWire, type Wire } from '../earth-engine/wire.ts';

const open: Wire[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((wire) => wire.close()));
});

function keep<Some extends Wire>(wire: Some): Some {
  open.push(wire);
  return wire;
}

function readText({ body }: Awaited<ReturnType<Fetch>>): Promise<string> {
  return text(body ?? Readable.from([]));
}

function toInit(init: { method?: string; body?: string; signal?: AbortSignal } = {}) {
  return { method: 'GET', headers: {}, redirect: 'manual', signal: new AbortController().signal, ...init } as const;
}

/** The end of a call is told once its connection is free. */
async function untilUnheard(signal: AbortSignal): Promise<void> {
  while (getEventListeners(signal, 'abort').length > 0) await new Promise(setImmediate);
}

describe('createHttpFetch()', () => {
  test('sends method, headers and body, and gives status, headers and body', async () => {
    const wire = keep(await startWire((_, response) => sendJson(response, 418, { a: 1 }, { 'retry-after': '7' })));
    const init = { ...toInit({ method: 'POST', body: '{"ä":1}' }), headers: { 'x-mine': 'yes' } };
    const answer = await createHttpFetch()(`${wire.url}/path?query=1`, init);
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('x-none')]).toEqual([418, '7', null]);
    expect(await readText(answer)).toBe('{"a":1}');
    expect(wire.arrivals).toMatchObject([
      {
        method: 'POST',
        path: '/path?query=1',
        body: '{"ä":1}',
        headers: {
          'x-mine': 'yes',
          'content-length': '8',
          'accept-encoding': 'gzip',
          'user-agent': expect.stringMatching(/gzip/),
        },
      },
    ]);
  });

  test('makes calls that follow each other on one connection', async () => {
    const sockets = new Set<unknown>();
    const wire = keep(
      await startWire((_, response) => {
        sockets.add(response.socket?.remotePort);
        sendJson(response, 200, {});
      }),
    );
    const fetch = createHttpFetch();
    for (let call = 0; call < 5; call += 1) await readText(await fetch(wire.url, toInit()));
    expect([wire.arrivals.length, sockets.size]).toEqual([5, 1]);
  });

  test('unpacks what is packed, and throws in the body where that is damaged', async () => {
    const packed = gzipSync('{"packed":true}');
    const wire = keep(
      await startWire(({ path }, response) => {
        const body = path === '/cut' ? packed.subarray(0, -9) : packed;
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
      }),
    );
    const fetch = createHttpFetch();
    expect(await readText(await fetch(wire.url, toInit()))).toBe('{"packed":true}');
    const cut = await fetch(`${wire.url}/cut`, toInit());
    await expect(readText(cut)).rejects.toThrow('unexpected end');
  });

  test.each(['GZIP', 'x-gzip', ' gzip '])('unpacks what is called %j', async (encoding) => {
    const wire = keep(
      await startSocket((socket) => {
        const body = gzipSync('{}');
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\ncontent-encoding:${encoding}\r\n\r\n`);
        socket.write(body);
      }),
    );
    expect(await readText(await createHttpFetch()(wire.url, toInit()))).toBe('{}');
  });

  test('rejects where the answer is an upgrade that was not asked for', async () => {
    const wire = keep(
      await startSocket((socket) => socket.write('HTTP/1.1 101 S\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n')),
    );
    await expect(createHttpFetch()(wire.url, toInit())).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('follows no redirect', async () => {
    const wire = keep(await startWire((_, response) => response.writeHead(302, { location: '/elsewhere' }).end()));
    expect((await createHttpFetch()(wire.url, toInit())).status).toBe(302);
    expect(wire.arrivals).toHaveLength(1);
  });

  test('speaks TLS where the address says so, and sends nothing where the other side does not', async () => {
    const heard: string[] = [];
    const wire = keep(
      await startSocket((socket) => {
        heard.push('something');
        socket.end('HTTP/1.1 200 OK\r\n\r\n');
      }),
    );
    const address = wire.url.replace('http:', 'https:');
    await expect(createHttpFetch()(address, toInit({ method: 'POST', body: 'secret' }))).rejects.toMatchObject({
      code: 'EPROTO',
    });
    expect(heard).toEqual(['something']);
  });

  test('rejects with the code of what went wrong', async () => {
    const wire = await startWire((_, response) => sendJson(response, 200, {}));
    await wire.close();
    await expect(createHttpFetch()(wire.url, toInit())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('ends with the signal: before the answer, and in its body', async () => {
    const wire = keep(
      await startWire(({ path }, response) => {
        if (path === '/begun') response.write('{"begun":');
      }),
    );
    const fetch = createHttpFetch();
    const early = new AbortController();
    const unanswered = fetch(wire.url, toInit({ signal: early.signal }));
    early.abort();
    await expect(unanswered).rejects.toThrow('abort');
    const late = new AbortController();
    const begun = await fetch(`${wire.url}/begun`, toInit({ signal: late.signal }));
    const body = readText(begun);
    late.abort();
    await expect(body).rejects.toThrow('abort');
  });

  test('sends nothing where the signal was aborted before', async () => {
    const wire = keep(await startWire((_, response) => sendJson(response, 200, {})));
    const fetch = createHttpFetch();
    await expect(fetch(wire.url, toInit({ signal: AbortSignal.abort() }))).rejects.toThrow('abort');
    expect((await fetch(`${wire.url}/after`, toInit())).status).toBe(200);
    expect(wire.arrivals).toMatchObject([{ path: '/after' }]);
  });

  test('leaves no listener on a signal that outlives the call', async () => {
    const wire = keep(await startWire((_, response) => sendJson(response, 200, {})));
    const fetch = createHttpFetch();
    const { signal } = new AbortController();
    const answer = await fetch(wire.url, toInit({ signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await readText(answer);
    await untilUnheard(signal);
    await wire.close();
    await expect(fetch(wire.url, toInit({ signal }))).rejects.toThrow();
    await untilUnheard(signal);
  });

  test('reaches an address of IPv6, and no other protocol than HTTP', async () => {
    const wire = keep(await startWire((_, response) => sendJson(response, 200, {})));
    const fetch = createHttpFetch();
    const mapped = wire.url.replace('127.0.0.1', '[::ffff:127.0.0.1]');
    expect((await fetch(mapped, toInit())).status).toBe(200);
    await expect(fetch(wire.url.replace('http:', 'ftp:'), toInit())).rejects.toMatchObject({
      code: 'ERR_INVALID_PROTOCOL',
    });
  });
});
