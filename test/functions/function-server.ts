import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import type { FunctionName } from '../../src/functions/function-names.ts';
import { installIntake } from '../../src/functions/intake/intake.ts';

/** A registered function on a port of its own, on the real framework, with the intake before it. */
export async function startFunction(name: FunctionName) {
  const server = getTestServer(name);
  const draining = new AbortController();
  const intake = installIntake({
    functionOf: (_, of) => (of === server ? name : undefined),
    draining: draining.signal,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  async function close(): Promise<void> {
    intake.remove();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return { url: `http://127.0.0.1:${port}`, port, intake, draining, close };
}

/** Sends `text` over a socket of its own and gives everything that comes back until the other side ends. */
export async function exchange(port: number, text: string | Buffer): Promise<string> {
  const { connect } = await import('node:net');
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('utf8');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return received;
}
