import { createHash } from 'node:crypto';
import { type ExportFilter, InvalidPageToken } from './ledger.ts';

/** Where a page ended: the last export shown. */
export interface PagePosition {
  createTime: number;
  id: string;
}

/** An opaque token to continue after `position`, good for this filter only. */
export function toPageToken(filter: ExportFilter, position: PagePosition): string {
  const { createTime, id } = position;
  return Buffer.from(JSON.stringify([createTime, id, sealOf(filter, position)])).toString('base64url');
}

/** Reads a token back. Throws `InvalidPageToken` when it is not one that `toPageToken` made for this filter. */
export function parsePageToken(filter: ExportFilter, token: string): PagePosition {
  const position = readPosition(token);
  // Comparing whole tokens also refuses other spellings of the same one.
  if (position && toPageToken(filter, position) === token) return position;
  throw new InvalidPageToken(
    'Cannot continue the list: the page token is not one given for this filter; start again without a page token',
  );
}

function readPosition(token: string): PagePosition | undefined {
  try {
    const [createTime, id] = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof createTime === 'number' && typeof id === 'string') return { createTime, id };
  } catch {}
  return undefined;
}

/** Guards against mix-ups, not against forgers: a forged token could show no more than its filter allows anyway. */
function sealOf(filter: ExportFilter, { createTime, id }: PagePosition): string {
  const labels = Object.entries(filter.labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const projects = filter.projects && [...filter.projects].sort();
  const conditions = [filter.project, projects, filter.state, filter.workloadTag, labels, filter.createdAfter];
  return createHash('sha256')
    .update(JSON.stringify([conditions, createTime, id]))
    .digest('base64url')
    .slice(0, 16);
}
