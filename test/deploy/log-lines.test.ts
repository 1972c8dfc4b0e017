import { beforeAll, describe, expect, test } from '@jest/globals';
import metrics from '../../deploy/terraform/metrics.json' with { type: 'json' };
import { createStage } from '../exports/stage.ts';

let lines: Record<string, unknown>[];

/** An export that succeeds, one that is refused, one that finds the queue full, and a topic that is away for a while. */
beforeAll(async () => {
  const stage = createStage({ settings: { maxPending: 1 } });
  await stage.submit('first');
  await stage.submit('one-too-many');
  stage.publisher.failing = true;
  await stage.tickFor(4);
  stage.publisher.failing = false;
  await stage.submit('same-asset', {
    assetExportOptions: { earthEngineDestination: { name: 'projects/my-project/assets/first' } },
  });
  await stage.tickFor(20);
  lines = stage.lines.map((line) => JSON.parse(line));
});

describe('a log-based metric', () => {
  test.each(metrics)('$name finds its lines and their fields', ({ message, value, labels = [] }) => {
    const found = lines.filter((line) => line['message'] === message);
    const fields = new Set(found.flatMap((line) => Object.keys(line)));
    expect(found.length).toBeGreaterThan(0);
    expect([...(value ? [value] : []), ...labels].filter((field) => !fields.has(field))).toEqual([]);
  });

  test('has a number for its value, and never a negative one', () => {
    const values = metrics.flatMap(({ message, value }) =>
      lines.filter((line) => line['message'] === message && value && value in line).map((line) => line[value ?? '']),
    );
    expect(values.length).toBeGreaterThan(0);
    expect(values.filter((value) => typeof value !== 'number' || value < 0)).toEqual([]);
  });
});
