import { LEGACY_PROJECT, PUBLIC_PROJECT } from './resource-name.ts';

/**
 * The full name of an asset as a graph names it. Graphs name catalogue and older user assets by short ids; the API knows
 * those under two roots of their own (Earth Engine REST reference, projects.assets).
 */
export function toAssetName(id: string): string {
  if (/^projects\/[^/]+\/assets\//.test(id)) return id;
  return /^(users|projects)\//.test(id)
    ? `projects/${LEGACY_PROJECT}/assets/${id}`
    : `projects/${PUBLIC_PROJECT}/assets/${id}`;
}

/** The folders above an asset, outermost first, without the asset root itself. */
export function toParentFolders(asset: string): string[] {
  const [root = '', path = ''] = asset.split(/(?<=^projects\/[^/]+\/assets)\//);
  const names = path.split('/').slice(0, -1);
  // What is above a user's own folder in the old root is nobody's to create.
  const first = root === `projects/${LEGACY_PROJECT}/assets` ? 2 : 0;
  return names.map((_, depth) => `${root}/${names.slice(0, depth + 1).join('/')}`).slice(first);
}
