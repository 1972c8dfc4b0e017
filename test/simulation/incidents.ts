import type { Incident } from './plan.ts';
import type { Started } from './truth.ts';
import type { World } from './world.ts';

/** Sets going what befalls Earth Engine from outside. */
export function startIncidents(world: World): void {
  const { plan, clock, history } = world;
  for (const incident of plan.incidents) {
    clock.after(incident.at, () => {
      history.note(`incident ${incident.kind}`);
      history.count(`incident ${incident.kind}`);
      void happen(world, incident);
    });
  }
}

async function happen(world: World, incident: Incident): Promise<void> {
  const { model, truth, clock, plan } = world;
  switch (incident.kind) {
    case 'foreign': {
      const { project, described } = incident;
      const description = described ? { description: 'somebody-else;0123456789' } : {};
      model.startTask({
        project,
        user: 'somebody',
        type: described ? 'EXPORT_CLASSIFIER' : 'EXPORT_IMAGE',
        ...description,
      });
      return;
    }
    case 'refuse': {
      const { project, refusal, forMs } = incident;
      model.configure({ refusals: { [project]: refusal } });
      clock.after(Math.min(forMs, plan.faultsEnd - incident.at), () => model.configure({ refusals: {} }));
      return;
    }
    default:
      await befall(world, incident.kind, truth.started[Math.floor(incident.pick * truth.started.length)]);
  }
}

async function befall(
  { model, truth, clock, ledger }: World,
  kind: 'copy' | 'cancel' | 'forget',
  started: Started | undefined,
): Promise<void> {
  if (!started || truth.forgotten.has(started.task.name)) return;
  const { project, type, description, asset, name } = started.task;
  if (kind === 'cancel') return model.finishOperation(name, 'CANCELLED');
  // What the list shows of an operation that is not recorded yet is all there is to go by: that much is trusted.
  if ((await ledger.get(started.exportId))?.operation !== name) return;
  if (kind === 'copy') {
    model.startTask({ project, user: 'somebody', type, description, overwrite: true, asset: `${asset}-copy` });
  } else {
    model.forgetOperation(name);
    truth.forgotten.set(name, clock.now());
  }
}
