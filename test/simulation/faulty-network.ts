import type { Fetch } from '../../src/http/http-fetch.ts';
import {
  handleRequest,
  type SimulatorRequest,
  type SimulatorResponse,
} from '../../src/local/earth-engine-simulator/handle.ts';
import { type Carrier, never } from './effects.ts';
import { toFetched } from './in-process-fetch.ts';
import { choosePassage, type Passage, toPassage } from './network-faults.ts';
import { guardPost } from './post-guard.ts';
import { type Post, toExportId } from './truth.ts';
import type { World } from './world.ts';

/** A request on its way. */
interface Sending {
  request: SimulatorRequest;
  passage: Passage;
  /** If it asks for an export. */
  post: Post | undefined;
  /** Whether its sender dies when it has been carried out. */
  isFatal: boolean;
}

/**
 * A network between an instance and the model. What has left an instance arrives, even when the instance has died or
 * given up waiting meanwhile.
 */
export function createFaultyNetwork(world: World, carrier: Carrier): Fetch {
  const { life, effects, history } = carrier;
  return async (url, init) => {
    if (!life.alive) return never();
    const { pathname, search } = new URL(url);
    const body = init.body === undefined ? {} : { body: init.body };
    const request = { method: init.method, path: `${pathname}${search}`, headers: init.headers, ...body };
    const label = `${init.method} ${decodeURIComponent(pathname)}`;
    const course = effects.decide('earth engine', label);
    const passage = course === 'well' ? choosePassage(world.chance, request, world.wireFaults()) : toPassage(course);
    history.note(`${life.name} ${label} ${course} ${passage.name}`, () => init.body);
    if (course.startsWith('crash')) history.count(`earth engine ${course}`);
    if (passage.name !== 'well') history.count(`wire ${passage.name}`);
    if (course === 'crash-before') {
      life.crash();
      return never();
    }
    const post = pathname.endsWith('classifier:export') ? await toPost(world, init.body ?? '', life.name) : undefined;
    const finish = post ? await guardPost(world, post, life) : () => {};
    const passed = pass(world, carrier, { request, passage, post, isFatal: course === 'crash-after' });
    try {
      return await Promise.race([passed, untilAbandoned(init.signal, carrier)]);
    } finally {
      finish();
    }
  };
}

async function pass(world: World, { life, history, pause }: Carrier, sending: Sending) {
  const { passage, post, request } = sending;
  await pause();
  await world.wait(passage.lateMs);
  const response = passage.executed ? carryOut(world, request, post) : undefined;
  history.note(`earth engine ${response?.status ?? 'has nothing'}`, () => response?.body.slice(0, 1000));
  if (sending.isFatal) life.crash();
  await pause();
  await world.wait(passage.slowMs);
  await life.thawed();
  const answer = passage.instead ?? response;
  if (!life.alive || passage.end === 'hang') return never<Awaited<ReturnType<Fetch>>>();
  if (passage.end === 'cut' || !answer) throw new TypeError('fetch failed');
  if (post) noteRefusal(post, answer);
  if (answer.status === 404) noteMiss(world, request);
  return toFetched(answer, passage.bytes);
}

function carryOut({ model, truth }: World, request: SimulatorRequest, post: Post | undefined): SimulatorResponse {
  if (!post) return handleRequest(model, request);
  const before = model.operations(post.project).length;
  const response = handleRequest(model, request);
  const operations = model.operations(post.project);
  const task = operations.at(-1);
  if (task && operations.length > before) {
    truth.started.push({ task, exportId: post.exportId, attempt: post.attempt });
  }
  return response;
}

async function toPost({ ledger, clock }: World, body: string, sender: string): Promise<Post> {
  const { requestId, assetExportOptions } = JSON.parse(body);
  const asset: string = assetExportOptions.earthEngineDestination.name;
  const record = await ledger.get(toExportId(asset));
  const { attempt = 0, project = '', id = '' } = record ?? {};
  return { at: clock.now(), exportId: id, project, attempt, requestId, sender };
}

/** An operation that was looked for by its name was not there, or so it was said. */
function noteMiss({ truth, clock }: World, { method, path }: SimulatorRequest): void {
  const name = decodeURIComponent(path.replace('/v1/', ''));
  if (method === 'GET') truth.misses.set(name, [...(truth.misses.get(name) ?? []), clock.now()]);
}

/** What a refusal allows the service to conclude. */
function noteRefusal(post: Post, { status, body }: SimulatorResponse): void {
  if (status < 400 || status >= 500 || !body.startsWith('{')) return;
  if (status === 401 || body.includes('SERVICE_DISABLED')) post.refused = 'denied';
  else if (body.includes('Cannot overwrite')) post.refused = 'for good';
  else if (status === 429 || body.includes('rateLimitExceeded')) post.refused = 'for now';
}

/** Rejects when the sender stops waiting. */
function untilAbandoned(signal: AbortSignal, { life }: Carrier): Promise<never> {
  return new Promise((_, reject) => {
    const abandon = () => {
      if (life.alive) reject(new DOMException('This operation was aborted', 'AbortError'));
    };
    if (signal.aborted) abandon();
    signal.addEventListener('abort', abandon, { once: true });
  });
}
