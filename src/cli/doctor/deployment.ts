import { type Config, readConfig, SettingsError } from '../../config.ts';
import { readGoogleError } from '../../earth-engine/google-error.ts';
import type { Ask } from './ask.ts';
import { type Finding, readField, readFields } from './check.ts';
import { sh } from './shell.ts';

/** Where a deployed service is looked for. */
export interface Place {
  project: string;
  region: string;
  /** First part of every name, as given to Terraform. */
  name: string;
}

/** One of the three functions, as it is deployed. */
export interface DeployedFunction {
  /** Name of its Cloud Run service. */
  service: string;
  uri: string;
  /** Every address it answers at: Cloud Run gives a service two. */
  uris: string[];
  /** E-mail of the account it runs as. */
  account: string;
  environment: Record<string, string | undefined>;
}

/** The service as it is deployed: its functions, and the settings they were given. */
export interface Deployment extends Place {
  http: DeployedFunction;
  pubsub: DeployedFunction;
  poll: DeployedFunction;
  config: Config;
}

/** A secret is not read, only seen to be there. */
const A_SECRET = 'a-secret-that-is-not-read';
/** What may differ from function to function. */
const OWN_SETTINGS = ['HTTP_AUTH', 'WEBHOOK_SECRETS'];

/** Reads the three services; a finding for each, and the deployment when all could be read and their settings are good. */
export async function readDeployment(
  place: Place,
  ask: Ask,
  token: string,
): Promise<{ findings: Finding[]; deployment?: Deployment }> {
  const findings: Finding[] = [];
  const functions: DeployedFunction[] = [];
  for (const part of ['http', 'pubsub', 'poll']) {
    const read = await readFunction(place, `${place.name}-${part}`, { ask, token });
    if ('result' in read) findings.push(read);
    else {
      functions.push(read);
      findings.push({ name: `service ${read.service}`, result: 'ok', detail: `${read.uri} runs as ${read.account}` });
    }
  }
  const [http, pubsub, poll] = functions;
  if (!http || !pubsub || !poll) return { findings };
  findings.push(toIdentityFinding(functions), toSameSettingsFinding(functions));
  try {
    const config = readConfig({ ...http.environment, K_SERVICE: http.service });
    findings.push({ name: 'settings', result: 'ok', detail: `exports for ${config.allowedProjects.join(', ')}` });
    return { findings, deployment: { ...place, http, pubsub, poll, config } };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    findings.push({ name: 'settings', result: 'fault', detail: error.message, repair: DEPLOY });
    return { findings };
  }
}

/** What puts right whatever was set up by hand or half. */
export const DEPLOY = 'terraform apply';

async function readFunction(
  { project, region }: Place,
  service: string,
  { ask, token }: { ask: Ask; token: string },
): Promise<DeployedFunction | Finding> {
  const name = `service ${service}`;
  const url = `https://run.googleapis.com/v2/projects/${project}/locations/${region}/services/${service}`;
  const answer = await ask({ method: 'GET', url }, token);
  if (answer.kind === 'unanswered') return { name, result: 'not checked', detail: answer.cause };
  if (answer.status === 200) return toFunction(service, answer.body);
  if (answer.status === 404) {
    return { name, result: 'fault', detail: `There is no such service in ${region} of ${project}`, repair: DEPLOY };
  }
  const detail = `${answer.status}: ${readGoogleError(answer)?.message ?? 'no message'}`;
  const repair = sh`gcloud projects add-iam-policy-binding ${project} --member="user:$(gcloud config get account)" --role=roles/run.viewer`;
  return { name, result: 'not checked', detail, ...(answer.status === 403 ? { repair } : {}) };
}

/** Reads a service of the Cloud Run API. The value of a secret stays unknown: only that there is one is told. */
export function toFunction(service: string, body: unknown): DeployedFunction {
  const template = readField(body, 'template');
  const containers = Array.isArray(template['containers']) ? template['containers'] : [];
  const variables: unknown[] = containers.flatMap((container) => readFields(container)['env'] ?? []);
  const environment: Record<string, string> = {};
  for (const variable of variables) {
    const { name, value, valueSource } = readFields(variable);
    if (typeof name === 'string') environment[name] = valueSource === undefined ? String(value ?? '') : A_SECRET;
  }
  const { uri, urls } = readFields(body);
  const uris = [uri, ...(Array.isArray(urls) ? urls : [])].filter((url) => typeof url === 'string').map(toBareUrl);
  return { service, uri: uris[0] ?? '', uris, account: String(template['serviceAccount'] ?? ''), environment };
}

function toBareUrl(url: string): string {
  return url.replace(/\/+$/, '');
}

function toIdentityFinding(functions: readonly DeployedFunction[]): Finding {
  const accounts = [...new Set(functions.map(({ account }) => account))];
  const name = 'one identity';
  if (accounts.length === 1) return { name, result: 'ok', detail: `all functions run as ${accounts[0]}` };
  const detail = `The functions run as ${accounts.join(', ')}: Earth Engine tells repetitions apart per user`;
  return { name, result: 'fault', detail, repair: DEPLOY };
}

function toSameSettingsFinding(functions: readonly DeployedFunction[]): Finding {
  const name = 'same settings';
  const names = new Set(functions.flatMap(({ environment }) => Object.keys(environment)));
  const differing = [...names].filter(
    (key) => !OWN_SETTINGS.includes(key) && new Set(functions.map(({ environment }) => environment[key])).size > 1,
  );
  const shared = differing.filter((key) => key !== 'FUNCTION_TARGET');
  if (shared.length === 0) return { name, result: 'ok', detail: 'the functions agree on theirs' };
  return { name, result: 'fault', detail: `The functions differ in ${shared.join(', ')}`, repair: DEPLOY };
}
