import type { Ledger } from '../../src/exports/ledger.ts';
import { applyChanges } from '../../src/exports/record/apply-changes.ts';
import type { ProjectRecord } from '../../src/exports/record/project-record.ts';

/**
 * A ledger that keeps the records of projects as they are, without JSON: writing what is tracked of 3,000 operations twice
 * a tick takes milliseconds that a run of many virtual weeks has not got. What it costs is measured by a tick of its own.
 */
export function keepProjects(ledger: Ledger): Ledger {
  const projects = new Map<string, ProjectRecord>();
  let version = 0;
  return {
    ...ledger,
    project: async (name) => projects.get(name),
    projects: async () => [...projects.values()],
    async updateProject(target, changes) {
      const name = typeof target === 'string' ? target : target.project;
      const known = projects.get(name);
      if (known?.version !== (typeof target === 'string' ? undefined : target.version)) return undefined;
      const { tracked, ...others } = changes;
      const before = known ?? { project: name, version: '', tracked: [] };
      version += 1;
      const record = { ...applyChanges(before, others), version: String(version), ...(tracked ? { tracked } : {}) };
      projects.set(name, record);
      return record;
    },
  };
}
