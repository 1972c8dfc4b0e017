import type { SimulatorRequest, SimulatorResponse } from './handle.ts';

const BOUNDARY = 'batch_simulator';

/**
 * POST /batch: several requests in one, each a part of type application/http. The official JavaScript client reads and
 * cancels several operations this way. Every part has its own Authorization header and gets its own status.
 */
export function handleBatch(
  request: SimulatorRequest,
  handlePart: (part: SimulatorRequest) => SimulatorResponse,
): SimulatorResponse {
  const text = Buffer.from(request.body ?? '').toString();
  const [boundary = ''] = text.split('\r\n', 1);
  const parts = boundary.startsWith('--') ? text.split(boundary).slice(1, -1) : [];
  const answers = parts.map((part) => toPart(part, handlePart));
  return {
    status: 200,
    headers: { 'content-type': `multipart/mixed; boundary=${BOUNDARY}` },
    body: `${answers.join('')}--${BOUNDARY}--\r\n`,
  };
}

function toPart(part: string, handlePart: (part: SimulatorRequest) => SimulatorResponse): string {
  const [partHead = '', head = '', ...body] = part.split('\r\n\r\n');
  const [, id = ''] = /Content-ID: <([^>]*)>/i.exec(partHead) ?? [];
  const [requestLine = '', ...headerLines] = head.split('\r\n');
  const [method = '', path = ''] = requestLine.split(' ');
  const headers = Object.fromEntries(headerLines.map((line) => line.split(/:\s*(.*)/s, 2)));
  const inner = path.startsWith('/batch') ? '/' : path;
  const answer = handlePart({ method, path: inner, headers, body: body.join('\r\n\r\n').trimEnd() });
  return [
    `--${BOUNDARY}`,
    'Content-Type: application/http',
    `Content-ID: <response-${id}>`,
    '',
    `HTTP/1.1 ${answer.status} ${answer.status < 400 ? 'OK' : 'Error'}`,
    ...Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`),
    '',
    `${answer.body}\r\n`,
  ].join('\r\n');
}
