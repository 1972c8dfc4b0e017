import type { Clock } from '../../src/clock.ts';
import type { Publisher } from '../../src/events/publisher.ts';
import type { ExportRecord } from '../../src/exports/export.ts';
import type { Ledger } from '../../src/exports/ledger.ts';
import { toSend } from '../../src/exports/record/sent-id.ts';
import type { Fetch } from '../../src/http/http-fetch.ts';
import { toFetched } from './in-process-fetch.ts';
import type { World } from './world.ts';

/** What a mutant can use of the instance it is in. */
interface Own {
  clock: Clock;
  random: () => number;
  world: World;
}

/** One guard of the design removed, by standing between the service and what it depends on. */
export interface Mutant {
  ledger?: (ledger: Ledger, own: Own) => Ledger;
  /** Of what sends exports alone. */
  sendersLedger?: (ledger: Ledger, own: Own) => Ledger;
  fetch?: (fetch: Fetch, own: Own) => Fetch;
  publisher?: (publisher: Publisher, own: Own) => Publisher;
}

type Json = Record<string, unknown>;

const HOUR_MS = 3_600_000;

/** The guards, each named by what the service does without it. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'sends a new requestId with every POST': {
    fetch: (fetch, { random }) =>
      mapBodies(fetch, (body) => ({ ...body, requestId: `r-${Math.floor(random() * 1e15)}` })),
  },
  'sends descriptions without a token': {
    fetch: (fetch) => mapBodies(fetch, (body) => ({ ...body, description: String(body['description']).slice(0, -11) })),
  },
  'does not look for operations in the list': {
    fetch: (fetch) => mapAnswers(fetch, isList, () => ({ operations: [] })),
  },
  'adopts whatever operation it finds': {
    fetch: (fetch, { world }) =>
      mapAnswers(fetch, isList, async (list) => {
        const { exports } = await world.ledger.list({ state: 'QUEUED' }, { pageSize: 10 });
        const wanted = exports.find(({ doubtful }) => doubtful !== undefined);
        return wanted ? toListOf(list, toSend(wanted).description) : list;
      }),
  },
  'sends again without having looked': {
    fetch: (fetch, { world }) =>
      mapAnswers(fetch, isList, async (list) => {
        const { exports } = await world.ledger.list({ state: 'QUEUED' }, { pageSize: 10 });
        return exports.some(({ doubtful }) => doubtful === 'unanswered') ? {} : list;
      }),
  },
  'sends the same id again after a day': {
    ledger: (ledger) =>
      mapRecords(ledger, ['due'], (record, now) => {
        const isOld = record.firstSentAt !== undefined && now - record.firstSentAt > 23 * HOUR_MS;
        return isOld ? { ...record, firstSentAt: now - HOUR_MS } : record;
      }),
  },
  'takes an id for burnt at the first absence': {
    ledger: (ledger) =>
      mapRecords(ledger, ['due'], (record, now) =>
        record.doubtful === 'settling'
          ? { ...record, absentSince: now - HOUR_MS, sendDeadline: now - HOUR_MS }
          : record,
      ),
  },
  'forgets that an earlier send is in doubt': {
    ledger: (ledger) =>
      mapRecords(ledger, ['due'], ({ doubtful, ...record }) =>
        doubtful === 'settling' ? { ...record, doubtful } : record,
      ),
  },
  'leaves what is QUEUED to others': {
    ledger: (ledger) => ({
      ...ledger,
      due: async (limit) => (await ledger.due(limit)).filter(({ state }) => state !== 'QUEUED'),
      waiting: async () => [],
    }),
  },
  'ignores claims': {
    ledger: (ledger, { world }) => ({
      ...ledger,
      async due(limit) {
        const due = await ledger.due(limit);
        const { exports } = await world.ledger.list({ state: 'QUEUED' }, { pageSize: 10 });
        const claimed = exports.filter(({ id, claimUntil }) => claimUntil && !due.some((one) => one.id === id));
        return [...due, ...claimed.map(({ claimUntil: _, ...record }) => record)];
      },
    }),
  },
  'does not look at its claim again before it sends': {
    sendersLedger: (ledger) => ({ ...ledger, now: async () => 0 }),
  },
  'counts claims and waits by its own clock': {
    ledger: (ledger, { clock }) => ({ ...ledger, now: async () => clock.now() }),
  },
  'writes without comparing': {
    ledger: (ledger) => {
      const overwrite: Ledger['update'] = async (record, changes) => {
        const fresh = await ledger.get(record.id);
        return fresh && ledger.update(fresh, changes);
      };
      return {
        ...ledger,
        update: overwrite,
        updateMany: (updates) => Promise.all(updates.map(({ record, changes }) => overwrite(record, changes))),
      };
    },
  },
  'writes what it tracks without comparing': {
    ledger: (ledger) => ({
      ...ledger,
      async updateProject(record, changes) {
        if (typeof record === 'string') return ledger.updateProject(record, changes);
        const fresh = await ledger.project(record.project);
        return fresh && ledger.updateProject(fresh, changes);
      },
    }),
  },
  'answers before it has recorded': {
    ledger: (ledger) => ({
      ...ledger,
      async create(record, body) {
        ledger.create(record, body).catch(() => {});
        return { created: true, record: { ...record, version: '1' } };
      },
    }),
  },
  'writes the event after the state': {
    ledger: (ledger) => ({
      ...ledger,
      async update(record, changes) {
        const { event, outboxAt, ...rest } = changes;
        if (!event || typeof outboxAt !== 'number') return ledger.update(record, changes);
        const updated = await ledger.update(record, rest);
        return updated && ledger.update(updated, { event, outboxAt });
      },
    }),
  },
  'drops the event before it is published': {
    ledger: (ledger) => ({
      ...ledger,
      async outbox(limit) {
        const records = await ledger.outbox(limit);
        await ledger.updateMany(records.map((record) => ({ record, changes: { outboxAt: null } })));
        return records;
      },
    }),
  },
  'takes a failed publication for one': {
    publisher: (publisher) => ({ ...publisher, publish: (message) => publisher.publish(message).catch(() => {}) }),
  },
  'gives every publication an id of its own': {
    publisher: (publisher, { random }) => ({
      ...publisher,
      publish({ data, attributes }) {
        return publisher.publish({
          data,
          attributes: { ...attributes, 'ce-id': `${attributes['ce-id']}:${random()}` },
        });
      },
    }),
  },
  'takes a 404 for a verdict': {
    fetch: (fetch) => mapRefusedLooks(fetch, (status) => status === 404),
  },
  'takes an error for a verdict': {
    fetch: (fetch) => mapRefusedLooks(fetch, (status) => status >= 500),
  },
  'gives up at the first 404': {
    ledger: (ledger) => ({
      ...mapRecords(ledger, ['get', 'updateMany'], (record, now) => ({
        ...record,
        missingSince: now - HOUR_MS,
        missingCount: 2,
      })),
      async project(name) {
        const project = await ledger.project(name);
        return project && { ...project, tracked: project.tracked.map((entry) => ({ ...entry, seenAt: 0 })) };
      },
    }),
  },
  'does not carry out cancels': {
    fetch: (fetch) => async (url, init) => {
      if (!url.endsWith(':cancel')) return fetch(url, init);
      return toFetched({ status: 200, headers: {}, body: '{}' });
    },
  },
  'does not know its earlier submissions': {
    ledger: (ledger) => ({
      ...ledger,
      updateProject: (record, changes) =>
        ledger.updateProject(record, {
          ...changes,
          ...(changes.tracked && { tracked: changes.tracked.map(({ attemptTokens: _, ...entry }) => entry) }),
        }),
    }),
  },
  'takes a cancelled operation for a success': {
    fetch: (fetch) => mapAnswers(fetch, isLook, (operation) => toSuccess(operation)),
  },
  'calls an export cancelled that is in doubt': {
    ledger: (ledger) => mapRecords(ledger, ['get'], ({ doubtful: _, ...record }) => record),
  },
  'retries an export whose event is not published': {
    ledger: (ledger) => mapRecords(ledger, ['get'], ({ outboxAt: _, ...record }) => record),
  },
  'stops what is accepted being due before it is tracked': {
    ledger: (ledger) => ({
      ...ledger,
      updateProject(record, changes) {
        const known = typeof record === 'string' ? [] : record.tracked;
        const tracked = changes.leaseOwner ? { tracked: known } : {};
        return ledger.updateProject(record, { ...changes, ...tracked });
      },
    }),
  },
  'forgets what it was that Earth Engine accepted': {
    ledger: (ledger) => ({
      ...ledger,
      update: (record, changes) =>
        ledger.update(record, changes.operation && changes.dueAt ? { ...changes, dueAt: null } : changes),
    }),
  },
};

function isList(method: string, path: string): boolean {
  return method === 'GET' && path.endsWith('/operations');
}

function isLook(method: string, path: string): boolean {
  return method === 'GET' && path.includes('/operations/');
}

function mapBodies(fetch: Fetch, change: (body: Json) => Json): Fetch {
  return (url, init) => {
    const isExport = url.endsWith('classifier:export') && init.body !== undefined;
    return fetch(url, isExport ? { ...init, body: JSON.stringify(change(JSON.parse(init.body ?? ''))) } : init);
  };
}

function mapAnswers(
  fetch: Fetch,
  concerns: (method: string, path: string) => boolean,
  change: (answer: Json) => Json | Promise<Json>,
): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    if (response.status !== 200 || !concerns(init.method, new URL(url).pathname)) return response;
    const text = await readText(response);
    const json = parse(text);
    return toFetched({ status: 200, headers: {}, body: json ? JSON.stringify(await change(json)) : text });
  };
}

/** A look that was refused so becomes the word of Earth Engine that the operation has failed. */
function mapRefusedLooks(fetch: Fetch, concerns: (status: number) => boolean): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const { pathname } = new URL(url);
    if (!isLook(init.method, pathname) || !concerns(response.status)) return response;
    const name = decodeURIComponent(pathname.replace('/v1/', ''));
    const operation = { name, done: true, error: { code: 5, message: 'Not found' } };
    return toFetched({ status: 200, headers: {}, body: JSON.stringify(operation) });
  };
}

function mapRecords(
  ledger: Ledger,
  methods: readonly ('due' | 'get' | 'updateMany')[],
  change: (record: ExportRecord, now: number) => ExportRecord,
): Ledger {
  const mapped = { ...ledger };
  if (methods.includes('due')) {
    mapped.due = async (limit) => {
      const now = await ledger.now();
      return (await ledger.due(limit)).map((record) => change(record, now));
    };
  }
  if (methods.includes('get')) {
    mapped.get = async (id) => {
      const record = await ledger.get(id);
      return record && change(record, await ledger.now());
    };
  }
  if (methods.includes('updateMany')) {
    mapped.updateMany = async (updates) => {
      const now = await ledger.now();
      return (await ledger.updateMany(updates)).map((record) => record && change(record, now));
    };
  }
  return mapped;
}

function toListOf(list: Json, description: string): Json {
  const operations = Array.isArray(list['operations']) ? list['operations'] : [];
  const found = operations.find(({ metadata }) => metadata.type === 'EXPORT_CLASSIFIER');
  if (found) found.metadata.description = description;
  return list;
}

function toSuccess(operation: Json): Json {
  const metadata = operation['metadata'] as Json;
  if (metadata['state'] !== 'CANCELLED') return operation;
  const { error: _, ...rest } = operation;
  return { ...rest, done: true, response: {}, metadata: { ...metadata, state: 'SUCCEEDED' } };
}

async function readText(response: Awaited<ReturnType<Fetch>>): Promise<string> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk);
  } catch {
    return '';
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
