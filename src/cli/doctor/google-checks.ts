import { type Check, type Fault, readField, readFields } from './check.ts';
import { DEPLOY, type Deployment, toFunction } from './deployment.ts';
import { sh } from './shell.ts';

/** What is so on Google Cloud whoever looks: APIs, topic, subscription, schedule, who may call. */
export function toGoogleChecks(deployment: Deployment): Check[] {
  const { config, pubsub, poll } = deployment;
  return [
    ...config.allowedProjects.map(toApiCheck),
    toTopicCheck(deployment),
    toSubscriptionCheck(deployment),
    toInvokerCheck(deployment, pubsub.service, toEmail(deployment, 'push')),
    toJobCheck(deployment),
    toInvokerCheck(deployment, poll.service, toEmail(deployment, 'tick')),
    toDoorCheck(deployment),
    toWebhookCheck(deployment),
  ];
}

function toEmail({ name, project }: Deployment, part: string): string {
  return `${name}-${part}@${project.includes(':') ? project.split(':').reverse().join('.') : project}.iam.gserviceaccount.com`;
}

function toApiCheck(project: string): Check {
  return {
    name: `Earth Engine API in ${project}`,
    as: 'you',
    question: {
      method: 'GET',
      url: `https://serviceusage.googleapis.com/v1/projects/${project}/services/earthengine.googleapis.com`,
    },
    verdict: ({ body }) => (readFields(body)['state'] === 'ENABLED' ? 'enabled' : { fault: 'It is not enabled' }),
    repair: sh`gcloud services enable earthengine.googleapis.com --project=${project}`,
    role: 'roles/serviceusage.serviceUsageViewer',
    roleProject: project,
  };
}

function toTopicCheck({ config }: Deployment): Check {
  const topic = config.eventsTopic ?? '';
  const [, project = '', , name = ''] = topic.split('/');
  return {
    name: 'topic of completion events',
    as: 'you',
    question: { method: 'GET', url: `https://pubsub.googleapis.com/v1/${topic}` },
    verdict: ({ status }) => (status === 404 ? { fault: `There is no ${topic}` } : topic),
    repair: sh`gcloud pubsub topics create ${name} --project=${project}`,
    role: 'roles/pubsub.viewer',
    roleProject: project,
  };
}

function toSubscriptionCheck(deployment: Deployment): Check {
  const { project, name, pubsub } = deployment;
  const subscription = `${name}-requests`;
  const path = `/projects/${project}/topics/${name}-requests`;
  const endpoint = `${pubsub.uri}${path}`;
  const account = toEmail(deployment, 'push');
  return {
    name: 'subscription to the request topic',
    as: 'you',
    question: {
      method: 'GET',
      url: `https://pubsub.googleapis.com/v1/projects/${project}/subscriptions/${subscription}`,
    },
    verdict({ status, body }) {
      if (status === 404) return { fault: `There is no subscription ${subscription}`, repair: DEPLOY };
      const config = readField(body, 'pushConfig');
      const { serviceAccountEmail, audience = config['pushEndpoint'] } = readField(config, 'oidcToken');
      const faults = [
        ...toDifference('push endpoint', config['pushEndpoint'], [
          endpoint,
          ...pubsub.uris.map((uri) => `${uri}${path}`),
        ]),
        ...toDifference('push account', serviceAccountEmail, [account]),
        ...toDifference('audience', audience, pubsub.uris),
      ];
      if (faults.length > 0) return { fault: faults.join('; ') };
      if (!readField(body, 'deadLetterPolicy')['deadLetterTopic']) {
        return { fault: 'It has no dead-letter topic: what cannot be delivered is tried for ever', repair: DEPLOY };
      }
      return `pushes to ${endpoint}`;
    },
    repair: sh`gcloud pubsub subscriptions update ${subscription} --project=${project} --push-endpoint=${endpoint} --push-auth-service-account=${account} --push-auth-token-audience=${pubsub.uri}`,
    role: 'roles/pubsub.viewer',
  };
}

function toDifference(what: string, is: unknown, wanted: readonly string[]): string[] {
  const bare = typeof is === 'string' ? is.replace(/\/+$/, '') : is;
  return wanted.includes(bare as string) ? [] : [`Its ${what} is ${is ?? 'not set'}, wanted is ${wanted[0]}`];
}

function toJobCheck(deployment: Deployment): Check {
  const { project, region, name, poll } = deployment;
  const job = `${name}-tick`;
  const logs = sh`gcloud logging read ${`resource.type="cloud_scheduler_job" AND resource.labels.job_id="${job}"`} --project=${project} --limit=5`;
  const resume = sh`gcloud scheduler jobs resume ${job} --project=${project} --location=${region}`;
  return {
    name: 'Scheduler job',
    as: 'you',
    question: {
      method: 'GET',
      url: `https://cloudscheduler.googleapis.com/v1/projects/${project}/locations/${region}/jobs/${job}`,
    },
    verdict({ status, body }) {
      if (status === 404) return { fault: `There is no job ${job}`, repair: DEPLOY };
      const { state, schedule, status: last } = readFields(body);
      const target = readField(body, 'httpTarget');
      const { audience = target['uri'] } = readField(target, 'oidcToken');
      if (state !== 'ENABLED') return { fault: `It is ${state}`, repair: resume };
      const faults = [
        ...toDifference('address', target['uri'], poll.uris),
        ...toDifference('audience', audience, poll.uris),
      ];
      if (faults.length > 0) return { fault: faults.join('; ') };
      return readLastRun(last, logs) ?? `calls ${poll.uri} on "${schedule}"`;
    },
    repair: sh`gcloud scheduler jobs update http ${job} --project=${project} --location=${region} --uri=${poll.uri} --oidc-service-account-email=${toEmail(deployment, 'tick')} --oidc-token-audience=${poll.uri}`,
    role: 'roles/cloudscheduler.viewer',
  };
}

/** A job keeps the google.rpc.Status of its last run. */
function readLastRun(status: unknown, repair: string): Fault | undefined {
  const { code, message } = readFields(status);
  return code ? { fault: `Its last call failed: code ${code} ${message ?? ''}`.trim(), repair } : undefined;
}

function toInvokerCheck({ project, region }: Deployment, service: string, account: string): Check {
  return {
    name: `${account.split('@')[0]} may call ${service}`,
    as: 'you',
    question: toPolicyQuestion(project, region, service),
    verdict({ body }) {
      const may = readInvokers(body).includes(`serviceAccount:${account}`);
      return may ? account : { fault: `${account} lacks roles/run.invoker there` };
    },
    repair: sh`gcloud run services add-iam-policy-binding ${service} --project=${project} --region=${region} --member=serviceAccount:${account} --role=roles/run.invoker`,
    role: 'roles/run.viewer',
  };
}

/** IAM keeps strangers out of exportsHttp only as long as it does not let everybody in. */
function toDoorCheck({ project, region, http, config }: Deployment): Check {
  return {
    name: `who may call ${http.service}`,
    as: 'you',
    question: toPolicyQuestion(project, region, http.service),
    verdict({ body }) {
      const invokers = readInvokers(body);
      const everybody = invokers.find((member) => member === 'allUsers' || member === 'allAuthenticatedUsers');
      if (everybody && config.httpAuth === 'iam') {
        const repair = sh`gcloud run services remove-iam-policy-binding ${http.service} --project=${project} --region=${region} --member=${everybody} --role=roles/run.invoker`;
        return { fault: `${everybody} may call it, and HTTP_AUTH is "iam": nothing keeps strangers out`, repair };
      }
      if (invokers.length === 0) return { fault: 'Nobody may call it' };
      return invokers.join(', ');
    },
    repair: sh`gcloud run services add-iam-policy-binding ${http.service} --project=${project} --region=${region} --member="user:$(gcloud config get account)" --role=roles/run.invoker`,
    role: 'roles/run.viewer',
  };
}

/** The second exportsHttp, where there is one, is open to everybody: what is not signed must not be read. */
function toWebhookCheck({ project, region, name, http }: Deployment): Check {
  const service = `${name}-webhook`;
  const url = `https://run.googleapis.com/v2/projects/${project}/locations/${region}/services/${service}`;
  return {
    name: 'function for signed webhooks',
    as: 'you',
    question: { method: 'GET', url },
    verdict({ status, body }) {
      if (status === 404) return 'there is none';
      const { account, environment } = toFunction(service, body);
      if (environment['HTTP_AUTH'] !== 'signature') {
        return { fault: `Its HTTP_AUTH is ${environment['HTTP_AUTH'] ?? 'not set'}, wanted is signature` };
      }
      return account === http.account
        ? 'takes what is signed'
        : { fault: `It runs as ${account}, not as ${http.account}` };
    },
    repair: DEPLOY,
    role: 'roles/run.viewer',
  };
}

function toPolicyQuestion(project: string, region: string, service: string): Check['question'] {
  const name = `projects/${project}/locations/${region}/services/${service}`;
  return { method: 'GET', url: `https://run.googleapis.com/v2/${name}:getIamPolicy` };
}

function readInvokers(body: unknown): string[] {
  const { bindings } = readFields(body);
  if (!Array.isArray(bindings)) return [];
  return bindings
    .map(readFields)
    .filter(({ role }) => role === 'roles/run.invoker')
    .flatMap(({ members }) => (Array.isArray(members) ? members.map(String) : []));
}
