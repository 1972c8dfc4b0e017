import { hash } from 'node:crypto';
import { REQUEST_ID } from '../../request/fields/request-id.ts';

/** Whether this can be an export's id and, as such, Earth Engine's `requestId`. */
export function isExportId(id: string): boolean {
  return REQUEST_ID.test(id);
}

/** The id of an export whose caller gave a key of other characters, or a longer one. */
export function toExportId(key: string): string {
  return isExportId(key) ? key : `k-${hash('sha256', key).slice(0, 40)}`;
}

/** The id of a message that brought none: of what it says and when it was published, so that a redelivery gets the same. */
export function toMessageExportId(parts: {
  data: string;
  attributes: Record<string, string>;
  publishTime: string;
}): string {
  const attributes = Object.entries(parts.attributes)
    .filter(([name]) => !name.startsWith('CloudPubSub'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `ps-${hash('sha256', JSON.stringify([parts.data, attributes, parts.publishTime])).slice(0, 40)}`;
}
