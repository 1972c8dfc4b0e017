import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A key that signs ID tokens, and what of it everybody may know. */
export interface SigningKey {
  id: string;
  privateKey: KeyObject;
  publicPem: string;
}

/** A new key. */
export function createSigningKey(id: string): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { id, privateKey, publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/** Where Google publishes its keys, in a test: answers with those given, and counts how often it was asked. */
export async function startKeyServer(keys: readonly SigningKey[]) {
  const state = {
    asked: 0,
    status: 200,
    body: JSON.stringify(Object.fromEntries(keys.map((key) => [key.id, key.publicPem]))),
  };
  const server = createServer((_, response) => {
    state.asked += 1;
    response.writeHead(state.status, { 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' });
    response.end(state.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  async function close(): Promise<void> {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  return { url: `http://127.0.0.1:${port}/certs`, state, close };
}

/** A part of a token. */
export function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** An RS256 token, as Google makes them; `header` over the usual one. */
export function signToken(key: SigningKey, claims: unknown, header: Record<string, unknown> = {}): string {
  const signed = `${encode({ alg: 'RS256', kid: key.id, typ: 'JWT', ...header })}.${encode(claims)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key.privateKey, 'base64url')}`;
}

/** A token "signed" with a secret everybody knows. */
export function macToken(secret: string, claims: unknown, header: Record<string, unknown>): string {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
