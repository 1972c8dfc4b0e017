import { type Ledger, LedgerUnavailable } from '../../src/exports/ledger.ts';
import { type Carrier, carryOut, never } from './effects.ts';

/** A ledger whose every call is an effect that may fail; a failure leaves open whether it was done. */
export function createFaultyLedger(ledger: Ledger, carrier: Carrier): Ledger {
  function call<T>(label: string, run: () => Promise<T>): Promise<T> {
    const fail = () => new LedgerUnavailable('Cannot use the ledger: it is away in this world');
    return carryOut(carrier, ['ledger', label], { run, fail });
  }
  return {
    // Known without a call for most of the time.
    now: () => (carrier.life.alive ? ledger.now() : never()),
    create: (record, body) => call(`create ${record.id}`, () => ledger.create(record, body)),
    get: (id) => call(`get ${id}`, () => ledger.get(id)),
    body: (record) => call(`body ${record.id}`, () => ledger.body(record)),
    update: (record, changes) => call(`update ${record.id}`, () => ledger.update(record, changes)),
    updateMany: (updates) => {
      if (updates.length === 0) return Promise.resolve([]);
      return call(`updateMany ${updates.map(({ record }) => record.id)}`, () => ledger.updateMany(updates));
    },
    due: (limit) => call('due', () => ledger.due(limit)),
    outbox: (limit) => call('outbox', () => ledger.outbox(limit)),
    waiting: (project, limit) => call(`waiting ${project}`, () => ledger.waiting(project, limit)),
    accepted: (project) => call(`accepted ${project}`, () => ledger.accepted(project)),
    findByOperation: (operation) => call('findByOperation', () => ledger.findByOperation(operation)),
    list: (filter, options) => call('list', () => ledger.list(filter, options)),
    countByState: (project) => call('countByState', () => ledger.countByState(project)),
    project: (project) => call(`project ${project}`, () => ledger.project(project)),
    projects: () => call('projects', () => ledger.projects()),
    updateProject: (record, changes) => call('updateProject', () => ledger.updateProject(record, changes)),
    removeExpired: (limit) => call('removeExpired', () => ledger.removeExpired(limit)),
    close: () => ledger.close(),
  };
}
