import { describe, expect, test } from '@jest/globals';
import { crossSiteFault } from '../../../src/functions/access/cross-site.ts';

const host = 'exports.example.com';

describe('crossSiteFault()', () => {
  test.each([
    [{}],
    [{ 'sec-fetch-site': 'same-origin', origin: `https://${host}` }],
    [{ 'sec-fetch-site': 'none' }],
    [{ origin: `http://${host}` }],
  ])('lets pass %j', (headers) => {
    expect(crossSiteFault('POST', { host, ...headers })).toBeUndefined();
  });

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: `https://${host}.evil.example` }],
    [{ origin: `https://${host}:8443` }],
    [{ origin: 'null' }],
    [{ origin: '' }],
    [{ origin: `https://${host}`, 'sec-fetch-site': 'cross-site' }],
  ])('refuses a POST with %j', (headers) => {
    expect(crossSiteFault('POST', { host, ...headers })).toMatch(/another site/);
  });

  test('lets a reader follow a link, and no page read', () => {
    const linked = { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(crossSiteFault('GET', linked)).toBeUndefined();
    expect(crossSiteFault('GET', { ...linked, 'sec-fetch-mode': 'no-cors' })).toMatch(/another site/);
  });

  test('refuses an Origin where no Host tells whose it is', () => {
    expect(crossSiteFault('POST', { origin: `https://${host}` })).toMatch(/another site/);
  });
});
