import type { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/clock.ts';
import { createEarthEngineClient } from '../../src/earth-engine/client.ts';
import { readSend } from '../../src/earth-engine/failure.ts';
import { startSocket } from './wire.ts';

const OPERATION = JSON.stringify({ name: 'projects/p/operations/ABC', metadata: { state: 'PENDING' } });
const REFUSAL = JSON.stringify({ error: { code: 400, message: 'No', status: 'INVALID_ARGUMENT' } });

function withLength(statusLine: string, body: string): string {
  return `HTTP/1.1 ${statusLine}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

function chunked(statusLine: string, body: string): string {
  const half = body.length >> 1;
  const chunks = [body.slice(0, half), body.slice(half), ''];
  const written = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  return `HTTP/1.1 ${statusLine}\r\ntransfer-encoding: chunked\r\n\r\n${written.join('')}`;
}

function untilClose(statusLine: string, body: string): string {
  return `HTTP/1.1 ${statusLine}\r\nconnection: close\r\n\r\n${body}`;
}

/** What a send comes to when the connection is cut after so many bytes of the answer, for every number of them. */
async function sendForEveryCut(answer: string, cut: (socket: Socket) => void) {
  let bytes = 0;
  let requests = 0;
  const wire = await startSocket((socket) => {
    requests += 1;
    socket.write(answer.slice(0, bytes), () => cut(socket));
  });
  const client = createEarthEngineClient({ baseUrl: wire.url, fetch, getToken: async () => '', clock: systemClock });
  const kinds: string[] = [];
  for (bytes = 0; bytes <= answer.length; bytes += 1) {
    const sent = await client.exportClassifier('p', '{}', { timeoutMs: 10_000 });
    kinds.push(readSend(sent, { project: 'p' }).kind);
  }
  await wire.close();
  return { kinds, requests };
}

const SHAPES: [string, (statusLine: string, body: string) => string][] = [
  ['of a known length', withLength],
  ['in chunks', chunked],
  ['that ends with the connection', untilClose],
];

describe.each(SHAPES)('an answer %s, cut after every byte,', (_, write) => {
  test('is an acceptance whole or not at all, and is asked for once', async () => {
    const { kinds, requests } = await sendForEveryCut(write('200 OK', OPERATION), (socket) => socket.end());
    expect(new Set(kinds.slice(0, -1))).toEqual(new Set(['doubtful']));
    expect(kinds.at(-1)).toBe('accepted');
    expect(requests).toBe(kinds.length);
  });

  test('is a refusal whole or not at all', async () => {
    const { kinds } = await sendForEveryCut(write('400 Bad Request', REFUSAL), (socket) => socket.end());
    expect(new Set(kinds.slice(0, -1))).toEqual(new Set(['doubtful']));
    expect(kinds.at(-1)).toBe('refused');
  });

  test('is in doubt when the connection is reset', async () => {
    const { kinds, requests } = await sendForEveryCut(write('200 OK', OPERATION), (socket) => socket.resetAndDestroy());
    expect(new Set(kinds.slice(0, -1))).toEqual(new Set(['doubtful']));
    expect(requests).toBe(kinds.length);
  });
});
