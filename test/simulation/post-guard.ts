import type { ExportChanges, ExportRecord } from '../../src/exports/export.ts';
import type { Ledger } from '../../src/exports/ledger.ts';
import type { Life } from './effects.ts';
import type { Post } from './truth.ts';
import type { World } from './world.ts';

const DAY_MS = 24 * 3_600_000;
/** What was decided on before the day was over may leave a little later. */
const LEEWAY_MS = 60_000;

/** Takes note of who has claimed which export, and of every state, as it is written. */
export function noteClaims(world: World, ledger: Ledger, life: Life): Ledger {
  function note(record: ExportRecord | undefined, changes: ExportChanges | Partial<ExportRecord>): void {
    if (record && changes.state) world.history.count(`state ${changes.state}`);
    if (record && typeof changes.claimUntil === 'number') {
      world.truth.claims.set(record.id, { owner: life.name, until: changes.claimUntil });
    }
  }
  return {
    ...ledger,
    async create(record, body) {
      const result = await ledger.create(record, body);
      if (result.created) note(result.record, record);
      return result;
    },
    async update(record, changes) {
      const updated = await ledger.update(record, changes);
      note(updated, changes);
      return updated;
    },
    async updateMany(updates) {
      const updated = await ledger.updateMany(updates);
      for (const [index, record] of updated.entries()) note(record, updates[index]?.changes ?? {});
      return updated;
    },
  };
}

/**
 * Judges a POST when it leaves: under a claim of its sender that stands, in time, of an export that is still to be sent,
 * and while no other sender waits for an answer to one. Gives what is to be called when its sender stops waiting.
 */
export async function guardPost(world: World, post: Post, life: Life): Promise<() => void> {
  const { truth, ledger } = world;
  const { at, exportId, requestId } = post;
  const record = await ledger.get(exportId);
  const claim = truth.claims.get(exportId);
  const complain = (what: string) => truth.violations.push(`POST of ${requestId} by ${life.name}: ${what}`);
  if (!record) complain('there is no record of it');
  else {
    if (record.state !== 'QUEUED') complain(`the export is ${record.state}`);
    if (claim?.owner !== life.name) complain(`the claim is ${claim?.owner ?? 'nobody'}'s`);
    if (record.claimUntil !== claim?.until) complain('the claim does not stand');
    if (at > (record.sendDeadline ?? 0)) complain('it is after the deadline');
  }
  const first = truth.posts.find((earlier) => earlier.requestId === requestId && !earlier.refused);
  if (first && at - first.at > DAY_MS + LEEWAY_MS) complain('its first send is more than a day ago');
  for (const other of truth.inFlight) {
    const isWaited = other.life.alive && at <= other.until;
    if (isWaited && other.exportId === exportId) complain('another one is on its way');
  }
  const flight = { exportId, life, until: record?.sendDeadline ?? 0 };
  truth.posts.push(post);
  truth.inFlight.add(flight);
  return () => truth.inFlight.delete(flight);
}
