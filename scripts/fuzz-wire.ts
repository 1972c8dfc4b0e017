import { connect, type Socket } from 'node:net';

/** An answer, as its bytes say. */
export interface WireAnswer {
  status: number;
  headers: Map<string, string>;
  body: string;
}

/** What came back for some bytes: the connection may end without an answer, and no answer may come in time. */
export type Exchange =
  | { kind: 'answered'; answers: WireAnswer[] }
  | { kind: 'closed' }
  | { kind: 'malformed'; why: string }
  | { kind: 'hung' };

/** How long the other side may say nothing before the client takes its side of the connection back. */
const QUIET_MS = 50;
const NO_CHUNKS = '0\r\n\r\n';

/** Connections of one client to one port, used one after the other and kept open as long as the server lets. */
export function createConnection(port: number) {
  let socket: Socket | undefined;

  /** Sends one well-framed request and waits for its one answer. */
  async function request(bytes: Buffer, options: { isHead: boolean; withinMs: number }): Promise<Exchange> {
    const used = socket && !socket.destroyed && socket.writable ? socket : open(port);
    const isFresh = used !== socket;
    socket = used;
    const exchange = await exchangeOn(used, bytes, { ...options, isLast: false });
    if (exchange.kind !== 'answered') used.destroy();
    else if (exchange.answers.at(-1)?.headers.get('connection') !== 'keep-alive') used.destroy();
    // A kept connection may be closed by the server just while it is used again.
    return exchange.kind === 'closed' && !isFresh ? request(bytes, options) : exchange;
  }

  return { request, close: () => socket?.destroy() };
}

/** Sends any bytes on a connection of their own, and takes this side back when nothing comes. */
export async function sendRaw(port: number, bytes: Buffer, withinMs: number): Promise<Exchange> {
  const socket = open(port);
  const exchange = await exchangeOn(socket, bytes, { isHead: false, withinMs, isLast: true });
  socket.destroy();
  return exchange;
}

function open(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {});
  return socket;
}

interface ExchangeOptions {
  isHead: boolean;
  withinMs: number;
  /** The connection ends after this, so that everything up to its end is read. */
  isLast: boolean;
}

function exchangeOn(socket: Socket, bytes: Buffer, { isHead, withinMs, isLast }: ExchangeOptions): Promise<Exchange> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const hang = setTimeout(() => finish({ kind: 'hung' }), withinMs);
    const quiet = isLast ? setTimeout(() => socket.end(), QUIET_MS) : undefined;

    function finish(exchange: Exchange): void {
      clearTimeout(hang);
      clearTimeout(quiet);
      socket.off('data', onData).off('close', onClose);
      resolve(exchange);
    }
    function onData(chunk: Buffer): void {
      chunks.push(chunk);
      length += chunk.length;
      if (isLast) quiet?.refresh();
      if (isLast) return;
      const bytes = length === chunk.length ? chunk : Buffer.concat(chunks);
      const read = readAnswers(bytes, { isHead, isClosed: false });
      if (read.kind !== 'partial') finish(read);
    }
    function onClose(): void {
      const all = Buffer.concat(chunks);
      const read = readAnswers(all, { isHead, isClosed: true });
      if (read.kind !== 'partial') finish(read);
      else if (length === 0) finish({ kind: 'closed' });
      else finish({ kind: 'malformed', why: `it was cut short: ${all.toString('latin1', 0, 200)}` });
    }

    socket.on('data', onData).on('close', onClose);
    socket.write(bytes);
  });
}

type Read = Exchange | { kind: 'partial' };

/** Reads one answer after the other until the bytes are used up. */
function readAnswers(bytes: Buffer, { isHead, isClosed }: { isHead: boolean; isClosed: boolean }): Read {
  const answers: WireAnswer[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const end = bytes.indexOf('\r\n\r\n', offset);
    if (end < 0) return { kind: 'partial' };
    const head = readHead(bytes.toString('latin1', offset, end));
    if (!head) return { kind: 'malformed', why: `its head is none: ${bytes.toString('latin1', offset, offset + 200)}` };
    offset = end + 4;
    if (head.status < 200) continue;
    const length = bodyLength(head, isHead) ?? (isClosed ? bytes.length - offset : undefined);
    if (length === undefined || offset + length > bytes.length) return { kind: 'partial' };
    const body = bytes.toString('utf8', offset, offset + length);
    answers.push({ ...head, body: body === NO_CHUNKS ? '' : body });
    offset += length;
  }
  return answers.length === 0 ? { kind: 'partial' } : { kind: 'answered', answers };
}

/**
 * An answer in chunks is one without a body (Node's own 417). Undefined: up to the end of the connection, as whoever asks
 * by HTTP/1.0 or older is answered.
 */
function bodyLength({ status, headers }: Omit<WireAnswer, 'body'>, isHead: boolean): number | undefined {
  if (isHead || status === 204) return 0;
  if (headers.get('transfer-encoding') === 'chunked') return NO_CHUNKS.length;
  const length = headers.get('content-length');
  return length === undefined ? undefined : Number(length);
}

function readHead(text: string): Omit<WireAnswer, 'body'> | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1];
  if (status === undefined) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(': ');
    if (colon <= 0) return undefined;
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 2));
  }
  return { status: Number(status), headers };
}
