import type { Budget } from '../../budget.ts';
import { concurrently } from '../../concurrently.ts';
import { toEventMessage } from '../../events/completion-event.ts';
import type { Publisher } from '../../events/publisher.ts';
import type { Log } from '../../log.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';
import type { Ledger } from '../ledger.ts';
import { toLogFields } from '../record/log-fields.ts';
import { isKnownState } from '../record/states.ts';

/** What `createAnnouncer` needs. */
export interface AnnouncerOptions {
  ledger: Ledger;
  publisher: Publisher;
  log: Log;
  /** How long a record is kept once its event is published. */
  retentionDays: number;
}

const DAY_MS = 86_400_000;
const BATCH = 100;
const AT_ONCE = 10;
const MOST_FAILURES = 3;
const AGAIN_AFTER_MS = 30_000;

/** Builds what empties the outbox. */
export function createAnnouncer({ ledger, publisher, log, retentionDays }: AnnouncerOptions) {
  /**
   * Publishes the events that wait, oldest first, and marks them published. A crash in between publishes an event again,
   * under the same id. One that cannot be published is set back, so that it does not stand in the way of the others;
   * after some, the rest waits for the next time, so that a topic that is away does not use up the tick. Gives how many
   * were published.
   */
  async function announce(budget: Budget): Promise<number> {
    let announced = 0;
    let failed = 0;
    const mayGoOn = () => budget.remainingMs() > 0 && failed < MOST_FAILURES;
    while (mayGoOn()) {
      const batch = await ledger.outbox(BATCH);
      const updates: { record: ExportRecord; changes: ExportChanges }[] = [];
      await concurrently(batch, AT_ONCE, async (record) => {
        if (!mayGoOn() || !isKnownState(record.state)) return;
        const published = await publish(record);
        if (published) announced += 1;
        else failed += 1;
        const now = await ledger.now();
        updates.push({ record, changes: published ? toPublished(now) : { outboxAt: now + AGAIN_AFTER_MS } });
      });
      if (updates.length > 0) await ledger.updateMany(updates);
      if (updates.length < BATCH) break;
    }
    return announced;
  }

  function toPublished(now: number): ExportChanges {
    return { outboxAt: null, publishTime: now, expireAt: now + retentionDays * DAY_MS };
  }

  async function publish(record: ExportRecord): Promise<boolean> {
    if (!record.event) return true;
    const { endTime, batchEecuUsageSeconds, error } = record;
    const now = await ledger.now();
    const lagSeconds = Math.max(0, (now - (endTime ?? now)) / 1000);
    const fields = { ...toLogFields(record), eventId: record.event.id, lagSeconds };
    try {
      await publisher.publish(toEventMessage(record.event, record.traceparent));
    } catch (cause) {
      log.error('Completion event was not published', { ...fields, cause });
      return false;
    }
    log.info('Completion event was published', { ...fields, batchEecuUsageSeconds, reason: error?.reason });
    return true;
  }

  return { announce };
}
