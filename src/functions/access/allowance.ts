import type { CallerPolicy, Config } from '../../config.ts';
import type { ExportRecord } from '../../exports/export.ts';
import { DEFAULT_PRIORITY } from '../../request/fields/priority.ts';

/** The settings that say what may be asked for. */
export type AllowanceSettings = Pick<Config, 'allowedProjects' | 'allowedAssets' | 'callerPolicy'>;

/** What somebody asks for. `priority` absent: Earth Engine's default of 100. */
export interface Wanted {
  project: string;
  asset: string;
  priority?: number;
}

/**
 * Why `caller` may not export what is `wanted`; undefined when it may. Names are compared as they are, so they must have
 * been validated: nothing is decoded, resolved or translated here.
 */
export function checkAllowance(
  settings: AllowanceSettings,
  caller: string | undefined,
  wanted: Wanted,
): string | undefined {
  const { projects, assets, maxPriority } = policyOf(settings, caller);
  const { project, asset, priority = DEFAULT_PRIORITY } = wanted;
  if (!allowedProjects(settings, caller).includes(project)) {
    return `exports are not charged to the project "${project}" ${projects ? 'for this caller' : 'by this service'}`;
  }
  if (!isWithin(asset, settings.allowedAssets) || (assets && !isWithin(asset, assets))) {
    return `nothing is exported to "${asset}" ${assets ? 'for this caller' : 'by this service'}`;
  }
  if (maxPriority !== undefined && priority > maxPriority) {
    return `the priority ${priority} is above this caller's highest, ${maxPriority}`;
  }
  return undefined;
}

/** The settings without the rules that name a webhook's id: its sender chose it, so that it tells of nobody. */
export function toProvenRules(config: Config): Config {
  if (config.httpAuth !== 'signature') return config;
  return { ...config, callerPolicy: { '*': policyOf(config, undefined) } };
}

/** The projects whose exports `caller` may ask for and see. */
export function allowedProjects(settings: AllowanceSettings, caller: string | undefined): string[] {
  const { projects } = policyOf(settings, caller);
  return projects ? settings.allowedProjects.filter((project) => projects.includes(project)) : settings.allowedProjects;
}

/**
 * Whether `caller` may see an export: one it could have asked for itself, whatever its priority. A refused message whose
 * asset could not be read shows to those who may see all of its project.
 */
export function maySee(
  settings: AllowanceSettings,
  caller: string | undefined,
  record: Pick<ExportRecord, 'project' | 'request'>,
): boolean {
  if (!allowedProjects(settings, caller).includes(record.project)) return false;
  const { assets } = policyOf(settings, caller);
  if (!record.request) return assets === undefined;
  const { asset } = record.request;
  return isWithin(asset, settings.allowedAssets) && (assets === undefined || isWithin(asset, assets));
}

/** Whether `caller` may see every export of the projects it may see at all. */
export function seesWholeProjects(settings: AllowanceSettings, caller: string | undefined): boolean {
  return policyOf(settings, caller).assets === undefined;
}

/** A caller's own rules, else those of `*`: a token can be had that holds no e-mail, so that nobody is found named. */
function policyOf({ callerPolicy }: AllowanceSettings, caller: string | undefined): CallerPolicy[string] {
  const name = caller !== undefined && Object.hasOwn(callerPolicy, caller) ? caller : '*';
  return (Object.hasOwn(callerPolicy, name) && callerPolicy[name]) || {};
}

/** By whole segments: `assets/team-a` holds `assets/team-a/x`, not `assets/team-ab`. */
function isWithin(asset: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => {
    const folder = prefix.endsWith('/') ? prefix.replace(/\/+$/, '') : prefix;
    return asset.startsWith(folder) && (asset.length === folder.length || asset[folder.length] === '/');
  });
}
