import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { isJsonObject } from './json-object.ts';
import { type ReceivedRequest, type SimulatorOptions, startSimulator } from './server.ts';
import { parseSettings } from './settings-json.ts';

const USAGE = `ee-export simulator [options]
  --port N            port (8787; 0 takes any)
  --host NAME         address to listen on (127.0.0.1)
  --project ID        the only project there is; may be repeated (any project)
  --slots N           tasks that run at once in a project (2)
  --max-pending N     tasks that may wait in a project (3000)
  --start-delay-ms N  from submission to start, slots being free (5000)
  --duration-ms N     length of a run (75000)
  --seed N            makes chance repeatable
  --settings JSON     any other setting, e.g. '{"oddities":{"missingState":1}}'`;

const TEXT = { type: 'string' } as const;
const ARGUMENTS = {
  port: TEXT,
  host: { ...TEXT, default: '127.0.0.1' },
  project: { ...TEXT, multiple: true },
  slots: TEXT,
  'max-pending': TEXT,
  'start-delay-ms': TEXT,
  'duration-ms': TEXT,
  seed: TEXT,
  settings: { ...TEXT, default: '{}' },
} as const;

/** Where `runSimulator` writes, and what ends it. */
export interface RunOptions {
  /** One line of output (console.log). */
  print?: (line: string) => void;
  /** Ends the simulator; SIGINT does too. */
  signal?: AbortSignal;
}

/**
 * The command `simulator`: serves until SIGINT or `signal`, a line for each request.
 * @returns the exit code: 0, or 2 when the arguments are wrong
 * @throws {Error} when the port is taken
 */
export async function runSimulator(argv: readonly string[], options: RunOptions = {}): Promise<number> {
  const { print = console.log, signal } = options;
  const parsed = parseArguments(argv);
  if (typeof parsed === 'string') {
    print(parsed);
    return 2;
  }
  const simulator = await startSimulator({ ...parsed, onRequest: (request) => print(toLine(request)) });
  print(`Earth Engine simulator on ${simulator.url} (state: ${simulator.url}/simulator/state)`);
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  signal?.addEventListener('abort', onInterrupt, { once: true });
  if (signal?.aborted !== true) await once(stop.signal, 'abort');
  process.off('SIGINT', onInterrupt);
  await simulator.close();
  return 0;
}

/** The options in `argv`, or what to tell the user instead. */
function parseArguments(argv: readonly string[]): SimulatorOptions | string {
  try {
    const { values } = parseArgs({ args: [...argv], options: ARGUMENTS });
    const given = {
      ...parseJson(values.settings),
      ...(values.project && { projects: values.project }),
      ...toNumber('slots', values.slots),
      ...toNumber('maxPending', values['max-pending']),
      ...toNumber('startDelayMs', values['start-delay-ms']),
      ...toNumber('durationMs', values['duration-ms']),
    };
    const { port = 8787 } = toNumber('port', values.port);
    return { ...parseSettings(given), ...toNumber('seed', values.seed), port, host: values.host };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

function parseJson(text: string): object {
  const value: unknown = JSON.parse(text);
  return isJsonObject(value) ? value : { settings: value };
}

function toNumber<K extends string>(key: K, text: string | undefined): { [key in K]?: number } {
  const numbers: { [key in K]?: number } = {};
  if (text === undefined) return numbers;
  if (!/^\d+$/.test(text)) throw new TypeError(`Cannot read '${text}' as ${key}: it is not a whole number`);
  numbers[key] = Number(text);
  return numbers;
}

function toLine({ time, method, path, fault, status }: ReceivedRequest): string {
  const outcome = fault === undefined ? String(status) : `${status ?? 'no answer'} (fault: ${fault.kind})`;
  return `${new Date(time).toISOString()} ${method} ${path} ${outcome}`;
}
