import { isFinal, isKnownState } from '../../exports/record/states.ts';
import type { ExportResource } from '../../functions/routes/export-resource.ts';

/** Whether it has ended; an export in a state that is not known here may still go on. */
export function hasEnded(resource: Pick<ExportResource, 'state'>): boolean {
  return isKnownState(resource.state) && isFinal(resource.state);
}

/** What people call it. */
export function nameOf(resource: ExportResource): string {
  return resource.request?.description || resource.id;
}

/** How long Earth Engine has worked on it, or worked on it in all. */
export function runningMs(resource: ExportResource, now: number): number | undefined {
  if (resource.startTime === undefined) return undefined;
  const end = resource.endTime === undefined ? now : Date.parse(resource.endTime);
  return Math.max(0, end - Date.parse(resource.startTime));
}

/** Whether somebody may still want it cancelled. */
export function isCancellable(resource: ExportResource): boolean {
  return isKnownState(resource.state) && !isFinal(resource.state) && resource.cancelRequestTime === undefined;
}

/** Whether a new attempt can be asked for: what was refused for its content cannot be sent again. */
export function isRetryable(resource: ExportResource): boolean {
  return hasEnded(resource) && resource.state !== 'SUCCEEDED' && resource.request !== undefined;
}

/** Where the asset can be looked at: what Earth Engine says, else its Code Editor. Only once it is there. */
export function assetHref(resource: ExportResource): string | undefined {
  if (resource.state !== 'SUCCEEDED' || !resource.request) return undefined;
  const [uri] = resource.destinationUris ?? [];
  return uri ?? `https://code.earthengine.google.com/?asset=${encodeURI(resource.request.asset)}`;
}

/** Earth Engine's own page of a project's tasks, which shows those of every account. */
export function tasksHref(resource: ExportResource): string {
  return `https://console.cloud.google.com/earth-engine/tasks?project=${encodeURIComponent(resource.project)}`;
}
