import { describe, expect, test } from '@jest/globals';
import { toEventSchema } from '../../src/events/completion-event-schema.ts';
import { DEFAULT_PRIORITY, HIGHEST_PRIORITY, LOWEST_PRIORITY } from '../../src/request/fields/priority.ts';

interface Field {
  description: string;
  anyOf: object[];
}

const { properties } = toEventSchema() as { properties: Record<'priority', Field> };

describe('the schema of completion events', () => {
  test('knows the priorities that a request may have', () => {
    const { description, anyOf } = properties.priority;
    expect(anyOf[0]).toEqual({ type: 'integer', minimum: LOWEST_PRIORITY, maximum: HIGHEST_PRIORITY });
    expect(description).toContain(String(DEFAULT_PRIORITY));
  });
});
