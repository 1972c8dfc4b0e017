import { toParentFolders } from '../../earth-engine/asset-path.ts';
import type { CallOptions, EarthEngineClient } from '../../earth-engine/client.ts';

/**
 * Makes the folders above an asset that are missing. Gives the folder that could not be made, if any; one that
 * somebody else makes at the same moment is there all the same.
 */
export async function createParents(
  client: EarthEngineClient,
  asset: string,
  call: () => CallOptions | undefined,
): Promise<string | undefined> {
  const folders = toParentFolders(asset);
  const missing: string[] = [];
  for (const folder of folders.toReversed()) {
    const options = call();
    if (!options) return folder;
    const answer = await client.getAsset(folder, options);
    if (answer.kind !== 'answered' || answer.status !== 404) break;
    missing.unshift(folder);
  }
  for (const folder of missing) {
    const options = call();
    const answer = options && (await client.createFolder(folder, options));
    const isThere = answer?.kind === 'answered' && (answer.status === 200 || answer.status === 409);
    if (!isThere) return folder;
  }
  return undefined;
}
