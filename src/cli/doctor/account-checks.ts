import { type Check, readFields } from './check.ts';
import type { Deployment } from './deployment.ts';
import permissions from './permissions.json' with { type: 'json' };
import { sh } from './shell.ts';

/** What the account the functions run as may do, asked as that account. */
export function toAccountChecks(deployment: Deployment): Check[] {
  const { config, http } = deployment;
  return [
    ...config.allowedProjects.flatMap((project) => [
      toRegistrationCheck(project, http.account),
      toPermissionCheck(project, http.account),
    ]),
    ...config.allowedAssets.flatMap(toFolderCheck),
    toPublishCheck(deployment),
    toReadCheck(deployment),
    toWriteCheck(deployment),
  ];
}

function grant(project: string, account: string, role: string): string {
  return sh`gcloud projects add-iam-policy-binding ${project} --member=serviceAccount:${account} --role=${role}`;
}

/** The project's configuration is given to nobody before the project is registered. */
function toRegistrationCheck(project: string, account: string): Check {
  return {
    name: `registration of ${project}`,
    as: 'account',
    question: {
      method: 'GET',
      url: `https://earthengine.googleapis.com/v1/projects/${project}/config`,
      quotaProject: project,
    },
    verdict: ({ status }) => (status === 404 ? { fault: `Earth Engine knows no project ${project}` } : 'registered'),
    repair: grant(project, account, 'roles/earthengine.writer'),
  };
}

function toPermissionCheck(project: string, account: string): Check {
  const wanted = permissions.earthengine;
  return {
    name: `rights in ${project}`,
    as: 'account',
    question: {
      method: 'POST',
      url: `https://cloudresourcemanager.googleapis.com/v3/projects/${project}:testIamPermissions`,
      body: { permissions: wanted },
    },
    verdict({ status, body }) {
      if (status === 404) return { fault: `There is no project ${project}, or ${account} may not see it` };
      const granted = readFields(body)['permissions'];
      const missing = wanted.filter((permission) => !Array.isArray(granted) || !granted.includes(permission));
      if (missing.length === 0) return `all ${wanted.length}`;
      const role = missing.some((permission) => permission.startsWith('earthengine.'))
        ? 'roles/earthengine.writer'
        : 'roles/serviceusage.serviceUsageConsumer';
      return { fault: `Missing ${missing.join(', ')}`, repair: grant(project, account, role) };
    },
    repair: grant(project, account, 'roles/earthengine.writer'),
  };
}

/** A prefix that is all of a project's assets is there as soon as the project is registered. */
function toFolderCheck(prefix: string): Check[] {
  const [, project = ''] = prefix.split('/');
  if (/^projects\/[^/]+\/assets$/.test(prefix)) return [];
  return [
    {
      name: `folder ${prefix}`,
      as: 'account',
      question: { method: 'GET', url: `https://earthengine.googleapis.com/v1/${prefix}`, quotaProject: project },
      verdict({ status, body }) {
        if (status === 404) return { fault: 'There is no such folder, or the service may not see it' };
        const { type } = readFields(body);
        return type === 'FOLDER' ? 'is there' : { fault: `It is no folder but of type ${type}` };
      },
      repair: sh`earthengine --project=${project} create folder -p ${prefix}`,
    },
  ];
}

function toPublishCheck({ config, http }: Deployment): Check {
  const [, project = '', , topic = ''] = (config.eventsTopic ?? '').split('/');
  return {
    name: 'right to publish events',
    as: 'account',
    question: {
      method: 'POST',
      url: `https://pubsub.googleapis.com/v1/${config.eventsTopic}:testIamPermissions`,
      body: { permissions: permissions.events },
    },
    verdict({ body }) {
      const granted = readFields(body)['permissions'];
      return Array.isArray(granted) && granted.includes('pubsub.topics.publish')
        ? `on ${topic}`
        : { fault: `Missing pubsub.topics.publish on ${topic}` };
    },
    repair: sh`gcloud pubsub topics add-iam-policy-binding ${topic} --project=${project} --member=serviceAccount:${http.account} --role=roles/pubsub.publisher`,
  };
}

function toDatabase({ config, project }: Deployment) {
  const cloudProject = config.cloudProject ?? project;
  const database = config.firestoreDatabase;
  return {
    cloudProject,
    database,
    url: `https://firestore.googleapis.com/v1/projects/${cloudProject}/databases/${database}/documents`,
  };
}

function toReadCheck(deployment: Deployment): Check {
  const { cloudProject, database, url } = toDatabase(deployment);
  return {
    name: 'ledger can be read',
    as: 'account',
    question: {
      method: 'POST',
      url: `${url}:runQuery`,
      body: { structuredQuery: { from: [{ collectionId: 'exports' }], limit: 1 } },
    },
    verdict: ({ status }) => (status === 404 ? { fault: `There is no database ${database}` } : database),
    repair: sh`gcloud firestore databases create --database=${database} --location=${deployment.region} --type=firestore-native --project=${cloudProject}`,
  };
}

/** A write that is bound to fail, since its document is never there: whoever may not write is refused before that. */
function toWriteCheck(deployment: Deployment): Check {
  const { cloudProject, database, url } = toDatabase(deployment);
  const name = `projects/${cloudProject}/databases/${database}/documents/doctor/never-there`;
  return {
    name: 'ledger can be written',
    as: 'account',
    question: {
      method: 'POST',
      url: `${url}:commit`,
      body: { writes: [{ update: { name, fields: {} }, currentDocument: { exists: true } }] },
    },
    verdict: ({ status }) => (status === 404 ? database : { fault: 'It took a write that it should not have taken' }),
    repair: grant(cloudProject, deployment.http.account, 'roles/datastore.user'),
  };
}
