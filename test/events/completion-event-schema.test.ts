import { describe, expect, test } from '@jest/globals';
import { toEventSchema } from '../../src/events/completion-event-schema.ts';
import { DEFAULT_PRIORITY, HIGHEST_PRIORITY, LOWEST_PRIORITY } from '../../src/request/fields/priority.ts';
import { REQUEST_ID } from '../../src/request/fields/request-id.ts';

interface Schema {
  properties: {
    id: { pattern: string };
    priority: { description: string; anyOf: object[] };
  };
  $defs: { attributes: { properties: Record<'ce-id' | 'exportId', { pattern: string }> } };
}

const { properties, $defs } = toEventSchema() as Schema;

describe('the schema of completion events', () => {
  test('knows the priorities that a request may have', () => {
    const { description, anyOf } = properties.priority;
    expect(anyOf[0]).toEqual({ type: 'integer', minimum: LOWEST_PRIORITY, maximum: HIGHEST_PRIORITY });
    expect(description).toContain(String(DEFAULT_PRIORITY));
  });

  test('has ids such as a request may have', () => {
    const { exportId, 'ce-id': eventId } = $defs.attributes.properties;
    expect([properties.id.pattern, exportId.pattern]).toEqual([REQUEST_ID.source, REQUEST_ID.source]);
    expect(eventId.pattern.startsWith(REQUEST_ID.source.replace('$', ':'))).toBe(true);
  });
});
