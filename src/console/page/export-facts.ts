import type { ExportResource } from '../../functions/routes/export-resource.ts';

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
