import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Job, JobResult } from './jobs.ts';

/** Does jobs on every processor there is, and gives the results in the order of the jobs. */
export async function doJobs(
  jobs: readonly Job[],
  onDone?: (job: Job, result: JobResult) => void,
): Promise<JobResult[]> {
  const queue = jobs.entries();
  const results: JobResult[] = [];
  const workers = Array.from({ length: Math.min(availableParallelism(), jobs.length) }, createWorker);
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (const [index, job] of queue) {
          const result = await ask(worker, job);
          results[index] = result;
          onDone?.(job, result);
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results;
}

function createWorker(): Worker {
  return new Worker(new URL('worker.ts', import.meta.url));
}

async function ask(worker: Worker, job: Job): Promise<JobResult> {
  const answered = once(worker, 'message');
  worker.postMessage(job);
  const [result] = await answered;
  return result;
}
