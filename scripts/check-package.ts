import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findFreePort } from '../test/support/free-port.ts';

/** One request that shows that a function serves. */
interface Probe {
  target: string;
  path: string;
  method: string;
  body?: string;
  /** What it answers. */
  status: number;
  /** A part of the answer's body. */
  says: string;
}

const PROBES: readonly Probe[] = [
  { target: 'exportsHttp', path: '/v1/exports', method: 'GET', status: 200, says: '{' },
  { target: 'exportsHttp', path: '/v1/exports', method: 'POST', body: '{}', status: 400, says: 'fieldViolations' },
  { target: 'exportsHttp', path: '/', method: 'GET', status: 200, says: '<!doctype html>' },
  { target: 'exportsHttp', path: '/openapi.json', method: 'GET', status: 200, says: '"openapi"' },
  { target: 'pollOperations', path: '/', method: 'POST', body: '{}', status: 200, says: '"lookedAt"' },
  {
    target: 'exportsPubsub',
    path: '/projects/p/topics/requests',
    method: 'POST',
    body: JSON.stringify({
      message: { data: 'bm90IEpTT04=', messageId: '1' },
      subscription: 'projects/p/subscriptions/s',
    }),
    status: 204,
    says: '',
  },
];
const START_MS = 20_000;

/**
 * Installs a written package in an empty folder, as the build on Google Cloud does, starts each function of it by the
 * functions framework, and asks it something. Throws at the first that does not serve.
 */
export async function checkPackage(packageFolder: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  const earthEngine = createServer((_, response) => response.writeHead(404).end());
  try {
    cpSync(packageFolder, folder, { recursive: true, filter: (path) => !path.endsWith('.zip') });
    execFileSync('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    execFileSync(process.execPath, ['--check', join(folder, readMain(folder))]);
    await once(earthEngine.listen(0, '127.0.0.1'), 'listening');
    const lines = readdirSync(folder).flatMap((name) => loadLater(folder, name));
    for (const probe of PROBES) lines.push(await ask(folder, probe, toAddress(earthEngine.address())));
    return lines;
  } finally {
    earthEngine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A module that a function loads when it is needed must load, and give something: no probe here comes to need them all. */
function loadLater(folder: string, name: string): string[] {
  if (!name.endsWith('.cjs') || name === readMain(folder)) return [];
  const load = 'console.log(Object.keys(require(process.argv[1])).length)';
  const count = Number(execFileSync(process.execPath, ['-e', load, join(folder, name)], { encoding: 'utf8' }));
  if (count === 0) throw new Error(`Cannot use ${name} of the package: it gives nothing; its exports are wanted`);
  return [`${name}: ${count} exports`];
}

async function ask(folder: string, probe: Probe, earthEngineUrl: string): Promise<string> {
  const port = await findFreePort();
  const child = start(folder, probe.target, port, earthEngineUrl);
  const output: string[] = [];
  child.stdout?.on('data', (chunk) => output.push(String(chunk)));
  child.stderr?.on('data', (chunk) => output.push(String(chunk)));
  try {
    const response = await fetchOnceUp(`http://127.0.0.1:${port}${probe.path}`, probe, child);
    const text = await response.text();
    const line = `${probe.target}: ${probe.method} ${probe.path} ${response.status}`;
    if (response.status === probe.status && text.includes(probe.says)) return line;
    throw new Error(`${line}, wanted is ${probe.status} with ${probe.says}: ${text.slice(0, 500)}`);
  } catch (cause) {
    throw new Error(`Cannot use ${probe.target} of the package:\n${output.join('')}`, { cause });
  } finally {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  }
}

function start(folder: string, target: string, port: number, earthEngineUrl: string): ChildProcess {
  const framework = join(folder, 'node_modules/.bin/functions-framework');
  return spawn(process.execPath, [framework, `--target=${target}`, `--port=${port}`], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      LEDGER: 'sqlite',
      SQLITE_PATH: join(folder, `${target}.db`),
      EARTHENGINE_PROJECT: 'my-project',
      EARTHENGINE_URL: earthEngineUrl,
      EVENTS_TOPIC: 'projects/my-project/topics/events',
      GOOGLE_CLOUD_PROJECT: 'my-project',
      METADATA_SERVER_DETECTION: 'none',
    },
  });
}

async function fetchOnceUp(url: string, { method, body }: Probe, child: ChildProcess): Promise<Response> {
  const deadline = Date.now() + START_MS;
  const headers = { 'content-type': 'application/json' };
  while (child.exitCode === null && Date.now() < deadline) {
    const response = await fetch(url, body === undefined ? { method } : { method, body, headers }).catch(
      () => undefined,
    );
    if (response) return response;
    await wait(50);
  }
  throw new Error('It did not start');
}

function toAddress(address: ReturnType<ReturnType<typeof createServer>['address']>): string {
  return `http://127.0.0.1:${(address as AddressInfo).port}`;
}

function readMain(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string }).main;
}

if (import.meta.main) {
  const { positionals } = parseArgs({ allowPositionals: true });
  for (const line of await checkPackage(positionals[0] ?? 'dist/deploy')) console.log(line);
}
