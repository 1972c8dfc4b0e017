import { expect, test } from '@jest/globals';
import { bodyOf, startEdge } from './edge.ts';

test('smoke', async () => {
  const edge = await startEdge();
  const a = await edge.call('/v1/exports', { json: bodyOf({ requestId: 'abc' }) });
  console.log(a.status, a.text, [...a.headers]);
  const b = await edge.call('/v1/projects/forest-watch/classifier:export', { json: bodyOf({ description: 'mine' }) });
  console.log(b.status, b.text);
  const c = await edge.call('/v1/exports');
  console.log(c.status, c.text);
  const d = await edge.call('/v1/projects/forest-watch/operations');
  console.log(d.status, d.text);
  const e = await edge.call('/v1/exports', { method: 'POST', body: '{"a":' });
  console.log(e.status, e.text);
  const f = await edge.call('/v1/exports', { json: bodyOf({ requestId: 'abc' }), method: 'POST', ...{ path: 1 } });
  console.log(f.status, f.text);
  const g = await edge.call('/v1/exports?validateOnly=true', { json: bodyOf({ requestId: 'abc' }) });
  console.log(g.status, g.text);
  console.log(edge.lines.join(''));
  await edge.close();
  expect(1).toBe(1);
});
