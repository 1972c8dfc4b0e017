import type { ExportFilter, NewExport } from '../ledger.ts';

/** The most alternatives a query may have. */
const MOST_ALTERNATIVES = 30;

/** What a key can say of a record. */
interface Facts {
  project?: string | undefined;
  state?: string | undefined;
  workloadTag?: string | undefined;
  label?: string | undefined;
}

/**
 * A record's keys: one for every combination of its project, state and workload tag, and one for each label, with the
 * project and without. Firestore needs a composite index for each combination of filters that a list is sorted under;
 * with the combinations in one array field it needs one index in all.
 */
export function toListKeys({ project, state, request, labels }: NewExport): string[] {
  const workloadTag = request?.workloadTag;
  const tags = workloadTag === undefined ? [undefined] : [undefined, workloadTag];
  const plain = [undefined, project].flatMap((maybeProject) =>
    [undefined, state].flatMap((maybeState) =>
      tags.map((maybeTag) => toKey({ project: maybeProject, state: maybeState, workloadTag: maybeTag })),
    ),
  );
  const labelled = toLabels(labels).flatMap((label) => [toKey({ label }), toKey({ project, label })]);
  return [...plain, ...labelled].filter((key) => key !== '');
}

/**
 * The keys of which a record that fits the filter has at least one; undefined where the filter says nothing of that
 * kind. What they leave open (state and tag beside a label, a second label, very many projects) is up to `fitsFilter`.
 */
export function toFilterKeys(filter: ExportFilter): string[] | undefined {
  const { state, workloadTag, labels = {} } = filter;
  const [label] = toLabels(labels);
  const projects = toProjects(filter);
  const few = projects && projects.length <= MOST_ALTERNATIVES ? projects : [undefined];
  const keys = few.map((project) => toKey(label === undefined ? { project, state, workloadTag } : { project, label }));
  return keys[0] === '' ? undefined : keys;
}

/** Whether a record is one the filter asks for. */
export function fitsFilter(record: NewExport, filter: ExportFilter): boolean {
  const { state, workloadTag, labels = {}, createdAfter } = filter;
  return (
    (toProjects(filter)?.includes(record.project) ?? true) &&
    (state === undefined || record.state === state) &&
    (workloadTag === undefined || record.request?.workloadTag === workloadTag) &&
    (createdAfter === undefined || record.createTime >= createdAfter) &&
    Object.entries(labels).every(([key, value]) => Object.hasOwn(record.labels, key) && record.labels[key] === value)
  );
}

/** The projects a filter leaves, or undefined for all. */
function toProjects({ project, projects }: ExportFilter): string[] | undefined {
  if (project === undefined) return projects && [...new Set(projects)];
  return projects === undefined || projects.includes(project) ? [project] : [];
}

function toLabels(labels: Record<string, string>): string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`);
}

function toKey(facts: Facts): string {
  const said = Object.entries(facts).filter(([, value]) => value !== undefined);
  return said.map(([fact, value]) => `${fact}:${value}`).join(' ');
}
