import { describe, expect, test } from '@jest/globals';
import { CallRefused } from '../../../src/functions/http/refusal.ts';
import { readListQuery } from '../../../src/functions/routes/list-query.ts';

const read = (query: string) => readListQuery(new URLSearchParams(query));

function faultsOf(query: string): string[] {
  try {
    read(query);
    return [];
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    return (error.refusal.violations ?? []).map(({ field }) => field);
  }
}

describe('readListQuery()', () => {
  test('asks for fifty of everything by default', () => {
    expect(read('')).toEqual({ filter: {}, pageSize: 50 });
  });

  test('reads every filter', () => {
    const query =
      'project=p&state=RUNNING&workloadTag=t&label=team:crops&label=url:a:b&createdAfter=2026-03-01T00:00:00.5%2B01:00&pageSize=500&pageToken=x&counts=true';
    expect(read(query)).toEqual({
      filter: {
        project: 'p',
        state: 'RUNNING',
        workloadTag: 't',
        labels: { team: 'crops', url: 'a:b' },
        createdAfter: Date.parse('2026-02-28T23:00:00.500Z'),
      },
      pageSize: 500,
      pageToken: 'x',
      counts: true,
    });
    expect(read('counts=false')).toEqual(read(''));
  });

  test('takes a label of an odd name for a label', () => {
    const { labels = {} } = read('label=__proto__:x').filter;
    expect(Object.entries(labels)).toEqual([['__proto__', 'x']]);
  });

  test.each([
    ['state=DONE', ['state']],
    ['state=toString', ['state']],
    ['state=RUNNING&state=PENDING', ['state']],
    ['project=', ['project']],
    ['label=team', ['label']],
    ['label=:x', ['label']],
    ['label=a:1&label=a:2', ['label']],
    ['createdAfter=yesterday', ['createdAfter']],
    ['createdAfter=2026-13-01T00:00:00Z', ['createdAfter']],
    ['createdAfter=0', ['createdAfter']],
    ['counts=yes', ['counts']],
    ['pageSize=0', ['pageSize']],
    ['pageSize=501', ['pageSize']],
    ['pageSize=-1', ['pageSize']],
    ['pageSize=1e2', ['pageSize']],
    ['pageSize=99999999999999999999', ['pageSize']],
    ['state=X&pageSize=x&createdAfter=x', ['state', 'createdAfter', 'pageSize']],
  ])('names what is wrong in %s', (query, fields) => {
    expect(faultsOf(query)).toEqual(fields);
  });
});
