import { describe, expect, test } from '@jest/globals';
import { type Address, listHref, parseAddress, toHref } from '../../../src/console/page/address.ts';

describe('an address', () => {
  test.each<[string, Address]>([
    ['./', { view: 'list', filters: {} }],
    [
      './?state=RUNNING&label=run%3A1&text=a+b',
      { view: 'list', filters: { state: 'RUNNING', label: 'run:1', text: 'a b' } },
    ],
    ['./?project=p&tag=t&page=abc', { view: 'list', filters: { project: 'p', tag: 't', page: 'abc' } }],
    ['./?export=an%20id', { view: 'export', id: 'an id' }],
    ['./?view=overview', { view: 'overview' }],
  ])('%s says what is shown, and is made from it', (href, address) => {
    expect(toHref(address)).toBe(href);
    expect(parseAddress(href.slice(2))).toEqual(address);
  });

  test('with empty or unknown parts shows the list', () => {
    expect(parseAddress('?state=&export=&colour=red&text=%20')).toEqual({ view: 'list', filters: {} });
  });

  test('of changed filters begins at the first page', () => {
    expect(listHref({ state: 'LOST', page: 'abc' })).toBe('./?state=LOST');
  });
});
