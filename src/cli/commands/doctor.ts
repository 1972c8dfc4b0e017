import { toAccountChecks } from '../doctor/account-checks.ts';
import { type Ask, createAsk } from '../doctor/ask.ts';
import type { Check, Finding } from '../doctor/check.ts';
import { type Place, readDeployment } from '../doctor/deployment.ts';
import { toGoogleChecks } from '../doctor/google-checks.ts';
import { impersonate } from '../doctor/impersonate.ts';
import { toLocalChecks } from '../doctor/local-checks.ts';
import { type Asking, runCheck } from '../doctor/run-checks.ts';
import { isLocal, readServiceUrl } from '../service/service-url.ts';
import { usageError } from '../terminal/cli-error.ts';
import { parseCommandLine } from '../terminal/command-line.ts';
import { EXIT } from '../terminal/exit-status.ts';
import type { Io } from '../terminal/io.ts';
import { toPlainText } from '../terminal/plain-text.ts';

const TEXT = { type: 'string' } as const;
const OPTIONS = { project: TEXT, region: TEXT, name: { ...TEXT, default: 'classifier-export' }, url: TEXT } as const;
const LOCAL_PROJECT = 'my-project';
const WANTED = '--project and --region of a deployed service are wanted, or --url of a local stack';

/**
 * `doctor`: checks an installation and prints what it finds, with the command that repairs each fault. Without `--url`,
 * or a project and its region, EE_EXPORT_URL names a local stack. Ends with a failure when anything is not well, or
 * could not be checked.
 */
export async function doctor(args: readonly string[], io: Io): Promise<number> {
  const target = readTarget(args, io.env);
  const print = (line: string) => io.write(`${line}\n`);
  const counts = { ok: 0, fault: 0, 'not checked': 0 };
  const tell = (finding: Finding) => {
    counts[finding.result] += 1;
    for (const line of toLines(finding)) print(line);
  };
  const ask = createAsk(io);
  if ('url' in target) await examineLocal(target, ask, tell);
  else await examineDeployed(target, { ask, getToken: io.getAccessToken, tell });
  print(`${counts.ok} ok, ${counts.fault} at fault, ${counts['not checked']} not checked`);
  return counts.fault + counts['not checked'] === 0 ? EXIT.success : EXIT.failure;
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

function readTarget(args: readonly string[], env: Io['env']): Place | LocalPlace {
  const { values, positionals } = parseCommandLine(args, OPTIONS);
  if (positionals.length > 0) {
    throw usageError(`Cannot look at "${positionals[0]}": the doctor takes options alone; ${WANTED}`);
  }
  const { project, region, name } = values;
  if (values.url === undefined && project && region) return { project, region, name };
  const url = values.url ?? env['EE_EXPORT_URL'];
  if (!url) throw usageError(`Cannot tell which installation is meant: none is named; ${WANTED}`);
  const address = readServiceUrl(url, env);
  if (values.url === undefined && !isLocal(address)) {
    throw usageError(`Cannot look at "${url}" from outside: it is a deployed service; ${WANTED}`);
  }
  return { url: address.href, project: project ?? LOCAL_PROJECT };
}

const LABELS = { ok: 'ok           ', fault: 'FAULT        ', 'not checked': 'not checked  ' } as const;

function toLines({ name, result, detail, repair }: Finding): string[] {
  const line = `${LABELS[result]}${toPlainText(`${name}: ${detail}`)}`;
  return repair === undefined ? [line] : [line, `${' '.repeat(LABELS.ok.length)}${repair}`];
}
