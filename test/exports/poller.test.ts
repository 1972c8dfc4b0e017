import { describe, expect, test } from '@jest/globals';
import { createStage } from './stage.ts';

describe('tick()', () => {
  test('carries an export from acceptance to one completion event', async () => {
    const stage = createStage();
    const submitted = await stage.submit('job-1');
    expect(submitted).toMatchObject({ kind: 'recorded', known: false, record: { state: 'PENDING', submission: 1 } });
    await stage.tickFor(4);
    expect(await stage.ledger.get('job-1')).toMatchObject({ state: 'SUCCEEDED', hasBody: false });
    expect(stage.events.map(({ attributes }) => attributes['ce-id'])).toEqual(['job-1:SUCCEEDED:1']);
    expect(stage.model.operations('my-project')).toHaveLength(1);
  });
});
