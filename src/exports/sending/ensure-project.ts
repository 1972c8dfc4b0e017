import type { Ledger } from '../ledger.ts';

/**
 * Sees to it that there is a record of the project. To be called before an export of it begins to wait: what waits is
 * found by its project, and one whose exports were all refused at once has no record yet.
 */
export async function ensureProject(ledger: Ledger, project: string): Promise<void> {
  if (!(await ledger.project(project))) await ledger.updateProject(project, {});
}
