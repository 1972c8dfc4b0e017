import { describe, expect, test } from '@jest/globals';
import { mediaFault } from '../../../src/functions/http/media.ts';

describe('mediaFault()', () => {
  test.each(['application/json', 'Application/JSON; charset=utf-8', ' application/json'])('takes %j', (type) => {
    expect(mediaFault(type, undefined)).toBeUndefined();
    expect(mediaFault(type, 'identity')).toBeUndefined();
  });

  test.each([
    undefined,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
    'text/plain; application/json',
  ])('refuses %j', (type) => {
    expect(mediaFault(type, undefined)).toMatch(/Content-Type/);
  });

  test.each(['gzip', 'br', 'GZIP', 'identity, gzip', ''])('refuses the encoding %j', (encoding) => {
    expect(mediaFault('application/json', encoding)).toMatch(/Content-Encoding/);
  });
});
