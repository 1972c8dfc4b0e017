import { isFinal, isKnownState } from '../../exports/record/states.ts';
import type { ExportResource } from './export-resource.ts';

/** Whether an export has ended; one in a state that is not known here, of a newer service, may still go on. */
export function hasEnded({ state }: Pick<ExportResource, 'state'>): boolean {
  return isKnownState(state) && isFinal(state);
}

/** Whether somebody may still want it cancelled. */
export function isCancellable(resource: ExportResource): boolean {
  return isKnownState(resource.state) && !isFinal(resource.state) && resource.cancelRequestTime === undefined;
}

/** Whether a new attempt can be asked for: there must be a request that can be sent again. `exports/retry.ts` decides. */
export function isRetryable(resource: ExportResource): boolean {
  return hasEnded(resource) && resource.state !== 'SUCCEEDED' && hasRequest(resource);
}

function hasRequest({ request, error }: ExportResource): boolean {
  return request !== undefined && error?.reason !== 'BODY_LOST';
}
