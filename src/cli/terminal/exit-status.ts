import type { ExportResource } from '../../functions/routes/export-resource.ts';

/** What the command ends with. `unreachable` says nothing about the exports: it is not known how they stand. */
export const EXIT = { success: 0, failure: 1, usage: 2, cancelled: 3, unreachable: 4 } as const;

/** The exit status of exports that have ended: a failure among them outweighs a cancellation. */
export function toExitStatus(exports: readonly Pick<ExportResource, 'state'>[]): number {
  if (exports.every(({ state }) => state === 'SUCCEEDED')) return EXIT.success;
  return exports.every(({ state }) => state === 'SUCCEEDED' || state === 'CANCELLED') ? EXIT.cancelled : EXIT.failure;
}
