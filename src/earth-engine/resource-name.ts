/** Stands in a path in the place of a project, for assets of before there were projects. */
export const LEGACY_PROJECT = 'earthengine-legacy';

/** Stands in a path in the place of a project, for the public catalogue. */
export const PUBLIC_PROJECT = 'earthengine-public';

const LONGEST_NAME = 2_000;
/** Stands in a path as it is: so do almost all names, and a walk of the list meets thousands. */
const PLAIN_NAME = /^[\w-]+(?:\/[\w-]+)*$/;

/**
 * A resource's name (`projects/P/operations/ID`, `projects/P/assets/…`) as it stands in a path; undefined for one that
 * would name something else there (`..`, an empty segment) or cannot be written (a lone surrogate). Colons stay as they
 * are: a domain-scoped project id (`example.com:my-project`) goes into the path raw.
 */
export function toResourcePath(name: string): string | undefined {
  if (name.length > LONGEST_NAME || !name.isWellFormed()) return undefined;
  if (PLAIN_NAME.test(name)) return name;
  const segments = name.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return undefined;
  return segments.map((segment) => encodeURIComponent(segment).replaceAll('%3A', ':')).join('/');
}

/** `projects/P` as it stands in a path; undefined when `project` is not one segment. */
export function toProjectPath(project: string): string | undefined {
  return project.includes('/') ? undefined : toResourcePath(`projects/${project}`);
}
