import type { FailureContext } from './failure.ts';
import { LEGACY_PROJECT } from './resource-name.ts';

/** What may stand in a line that is meant to be pasted into a shell. */
const PASTEABLE = /^[\w.:@/-]{1,1100}$/;
const QUOTED_ASSET = /'([\w.:/-]{1,1100})'/;

/**
 * Fills in a remedy: `{project}` · `{asset}`, the destination · `{parent}`, its folder · `{owner}`, the project it is in
 * · `{named}`, the asset that the message names · `{principal}`, the service account. What is not known, or cannot be
 * pasted, stays a word in capitals.
 */
export function toRemedy(template: string, message: string, context: FailureContext): string {
  const { project, asset, principal } = context;
  const values = [
    ['{project}', 'PROJECT', project],
    ['{asset}', 'ASSET', asset],
    ['{parent}', 'FOLDER', asset?.replace(/\/[^/]+$/, '')],
    ['{owner}', 'PROJECT', toOwner(asset) ?? project],
    ['{named}', 'ASSET', QUOTED_ASSET.exec(message)?.[1]],
    ['{principal}', 'SERVICE_ACCOUNT_EMAIL', principal],
  ] as const;
  let remedy = template;
  for (const [place, unknown, value] of values) {
    remedy = remedy.replaceAll(place, value !== undefined && PASTEABLE.test(value) ? value : unknown);
  }
  return remedy;
}

/** The project whose asset this is; legacy assets are in none that could be named. */
function toOwner(asset: string | undefined): string | undefined {
  const owner = asset === undefined ? undefined : /^projects\/([^/]+)\//.exec(asset)?.[1];
  return owner === LEGACY_PROJECT ? undefined : owner;
}
