import { ApiError } from './api-error.ts';

const PROJECT_ID = String.raw`(?:\d{6,}|(?:[a-z0-9.-]+\.[a-z]{2,}:)?[a-z][a-z0-9-]{4,28}[a-z0-9])`;
const ASSET_NAME = new RegExp(`^projects/(${PROJECT_ID})/assets/(.+)$`);
const PROJECT = new RegExp(`^${PROJECT_ID}$`);
const SEGMENT = /^[A-Za-z0-9_-]{1,100}$/;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Where assets of users without a Cloud project live, as `…/assets/users/NAME/…`. */
const LEGACY_PROJECT = 'earthengine-legacy';
const PUBLIC_PROJECT = 'earthengine-public';

/** Whether `id` can be a project: an id, a number, or `example.com:my-project`. */
export function isProject(id: string): boolean {
  return PROJECT.test(id);
}

/**
 * An operation id as all real ones seen look: 15 bytes in base32. Most of it is chance; the last six characters are
 * `sequence`, so that no two are equal even where chance is not.
 */
export function createOperationId(random: () => number, sequence: number): string {
  const digits = Array.from({ length: 24 }, (_, index) =>
    index < 18 ? Math.floor(random() * 32) : Math.floor(sequence / 32 ** (23 - index)) % 32,
  );
  return digits.map((digit) => BASE32[digit]).join('');
}

/** The name without its last segment. */
export function parentOf(assetName: string): string {
  return assetName.slice(0, assetName.lastIndexOf('/'));
}

/** Whether assets can be stored right under `name` without a folder having been made: the root of a project or user. */
export function isAssetRoot(name: string): boolean {
  return /^projects\/(?!earthengine-legacy\/)[^/]+\/assets$|^projects\/earthengine-legacy\/assets\/(users|projects)\/[^/]+$/.test(
    name,
  );
}

/**
 * Refuses what cannot be the name of an asset to be written.
 * @throws {ApiError} INVALID_ARGUMENT, or PERMISSION_DENIED for the public catalogue.
 */
export function checkDestination(name: string): void {
  const [, project = '', path = ''] = ASSET_NAME.exec(name) ?? [];
  if (project === '') throw new ApiError('INVALID_ARGUMENT', `Name "${name}" is invalid.`);
  if (project === PUBLIC_PROJECT) throw new ApiError('PERMISSION_DENIED', `Permission denied on asset "${name}".`);
  const segments = path.split('/');
  const least = project === LEGACY_PROJECT ? 3 : 1;
  if (segments.length < least || segments.length > 10) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `Name "${name}" is invalid. The portion of the Asset name following "projects/*/assets/" must have at least ${least} segments and at most 10 segments.`,
    );
  }
  const wrong = segments.find((segment) => !SEGMENT.test(segment));
  if (wrong === undefined) return;
  throw new ApiError('INVALID_ARGUMENT', `Name "${name}" is invalid. The segment "${wrong}" is not an asset id.`);
}
