import { quoteShort } from '../faults/describe-value.ts';
import { isProjectId, isProjectNumber } from './project-id.ts';

const SEGMENT = /^[A-Za-z0-9_-]{1,100}$/;
const FULL_FORM = 'projects/PROJECT/assets/NAME';
const LEGACY_ROOT = 'earthengine-legacy';

/** What an asset name may look like, for the published schema; `assetNameFault` knows more. */
export const ASSET_NAME_PATTERN = '^projects/[^/]+/assets/[A-Za-z0-9_-]{1,100}(/[A-Za-z0-9_-]{1,100}){0,9}$';

/**
 * Why nothing can be exported to the asset `name`, and its right form where that can be guessed; undefined when it can.
 * Official clients silently move what they cannot read under another root: this refuses instead.
 */
export function assetNameFault(name: string, project: string): string | undefined {
  const [, owner, path] = /^projects\/([^/]+)\/assets(?:\/(.*))?$/s.exec(name) ?? [];
  if (owner === undefined) return shortNameFault(name, project);
  return ownerFault(owner, path ?? '') ?? pathFault(owner, path ?? '');
}

function shortNameFault(name: string, project: string): string {
  if (name === '') return `it is empty; ${FULL_FORM} is wanted`;
  const path = name.replace(/^\/+/, '');
  if (path.startsWith('users/'))
    return `it is a legacy short name; "projects/${LEGACY_ROOT}/assets/${cut(path)}" is wanted`;
  const rest = /^projects\/([^/]+)\/(.+)$/.exec(path);
  if (rest) return `it lacks '/assets/'; "projects/${rest[1]}/assets/${cut(rest[2] ?? '')}" is wanted`;
  if (path.startsWith('projects/')) return `it names no asset; ${FULL_FORM} is wanted`;
  return `it is not a full name; "projects/${project}/assets/${cut(path)}" is wanted`;
}

function ownerFault(owner: string, path: string): string | undefined {
  if (owner === 'earthengine-public') {
    const cause = path === '' ? ' (official JavaScript clients send this when no assetId was given)' : '';
    return `'earthengine-public' is the public catalogue, which nobody may write to${cause}; ${FULL_FORM} is wanted`;
  }
  if (isProjectNumber(owner)) {
    return `'${cut(owner)}' is a project number, which Earth Engine's clients take for a legacy folder; the project id is wanted`;
  }
  if (!isProjectId(owner)) {
    return `${quoteShort(owner)} is no project id; 6 to 30 of a-z 0-9 - beginning with a letter are wanted`;
  }
  const moved = owner === LEGACY_ROOT ? /^projects\/([^/]+)\/assets(\/|$)/.exec(path) : null;
  if (!moved) return undefined;
  return `an official client moved it under '${LEGACY_ROOT}' because ${quoteShort(moved[1] ?? '')} is no project id; ${FULL_FORM} is wanted`;
}

function pathFault(owner: string, path: string): string | undefined {
  if (path === '') return `it names no asset below '/assets/'; ${FULL_FORM} is wanted`;
  const segments = path.split('/');
  if (segments.length > 10) return `it has ${segments.length} segments after '/assets/'; at most 10 are wanted`;
  if (owner === LEGACY_ROOT && segments.length < 3) {
    return `it has ${segments.length} segments after '/assets/'; legacy assets need at least 3, e.g. users/NAME/ASSET`;
  }
  const wrong = segments.find((segment) => !SEGMENT.test(segment));
  if (wrong === undefined) return undefined;
  return `its segment ${quoteShort(wrong)} is not allowed; 1 to 100 of A-Z a-z 0-9 _ - are wanted in each`;
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
