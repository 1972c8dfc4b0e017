import { parseArgs } from 'node:util';
import type { Fetch } from '../../http/http-fetch.ts';
import { toAccountChecks } from '../doctor/account-checks.ts';
import { type Ask, createAsk } from '../doctor/ask.ts';
import type { Check, Finding } from '../doctor/check.ts';
import { type Place, readDeployment } from '../doctor/deployment.ts';
import { toGoogleChecks } from '../doctor/google-checks.ts';
import { impersonate } from '../doctor/impersonate.ts';
import { toLocalChecks } from '../doctor/local-checks.ts';
import { type Asking, runCheck } from '../doctor/run-checks.ts';

/** What `runDoctor` needs. */
export interface DoctorOptions {
  /** What follows `ee-export doctor`. */
  argv: readonly string[];
  fetch: Fetch;
  /** An access token of who runs the command; asked for only when a deployed service is looked at. */
  getToken: () => Promise<string>;
  /** Writes one line. */
  print: (line: string) => void;
  /** Epoch milliseconds. */
  now: () => number;
}

const USAGE = `ee-export doctor [options]
  --project ID     project of a deployed service
  --region NAME    its region
  --name NAME      first part of its names (classifier-export)
  --url URL        instead: a local stack, which needs no project (http://127.0.0.1:8080)`;

const TEXT = { type: 'string' } as const;
const NAME = { ...TEXT, default: 'classifier-export' } as const;
const LOCAL_PROJECT = 'my-project';

/**
 * Checks an installation and prints what it finds, with the command that repairs each fault. Gives the exit code: 0 when
 * everything is well, 1 when anything is not or could not be checked, 2 when the arguments are wrong.
 */
export async function runDoctor({ argv, fetch, getToken, print, now }: DoctorOptions): Promise<number> {
  const target = readTarget(argv);
  if (typeof target === 'string') {
    print(target);
    return 2;
  }
  const counts = { ok: 0, fault: 0, 'not checked': 0 };
  const tell = (finding: Finding) => {
    counts[finding.result] += 1;
    for (const line of toLines(finding)) print(line);
  };
  const ask = createAsk({ fetch, now });
  if ('url' in target) await examineLocal(target, ask, tell);
  else await examineDeployed(target, { ask, getToken, tell });
  print(`${counts.ok} ok, ${counts.fault} at fault, ${counts['not checked']} not checked`);
  return counts.fault + counts['not checked'] === 0 ? 0 : 1;
}

type LocalPlace = { url: string; project: string };

async function examineLocal({ url, project }: LocalPlace, ask: Ask, tell: (finding: Finding) => void): Promise<void> {
  const nobody = { email: '', detail: '', repair: '' };
  await runAll(toLocalChecks(url, project), { ask, project, yourToken: '', account: nobody }, tell);
}

async function examineDeployed(
  place: Place,
  { ask, getToken, tell }: { ask: Ask; getToken: () => Promise<string>; tell: (finding: Finding) => void },
): Promise<void> {
  const token = await getToken().catch(() => undefined);
  if (token === undefined) {
    const detail = 'You have no credentials here';
    tell({ name: 'everything', result: 'not checked', detail, repair: 'gcloud auth application-default login' });
    return;
  }
  const { findings, deployment } = await readDeployment(place, ask, token);
  for (const finding of findings) tell(finding);
  if (!deployment) {
    const detail = 'It needs what the services could not tell';
    tell({ name: 'everything else', result: 'not checked', detail });
    return;
  }
  const account = await impersonate(deployment.http.account, place.project, { ask, token });
  const asking = { ask, project: place.project, yourToken: token, account };
  await runAll([...toGoogleChecks(deployment), ...toAccountChecks(deployment)], asking, tell);
}

async function runAll(checks: readonly Check[], asking: Asking, tell: (finding: Finding) => void): Promise<void> {
  for (const check of checks) tell(await runCheck(check, asking));
}

function readTarget(argv: readonly string[]): Place | LocalPlace | string {
  let values: { project?: string; region?: string; name: string; url?: string };
  try {
    ({ values } = parseArgs({ args: [...argv], options: { project: TEXT, region: TEXT, name: NAME, url: TEXT } }));
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\n${USAGE}`;
  }
  const { project, region, name, url } = values;
  if (url !== undefined) {
    return URL.canParse(url) ? { url, project: project ?? LOCAL_PROJECT } : `--url is no address: "${url}"\n${USAGE}`;
  }
  return project && region ? { project, region, name } : `--project and --region are wanted, or --url\n${USAGE}`;
}

const LABELS = { ok: 'ok           ', fault: 'FAULT        ', 'not checked': 'not checked  ' } as const;

function toLines({ name, result, detail, repair }: Finding): string[] {
  // What Google answers goes to a terminal: no control characters.
  const plain = `${name}: ${detail}`.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
  const line = `${LABELS[result]}${plain}`;
  return repair === undefined ? [line] : [line, `${' '.repeat(LABELS.ok.length)}${repair}`];
}
