import { parentPort } from 'node:worker_threads';
import { doJob } from './jobs.ts';

parentPort?.on('message', async (job) => parentPort?.postMessage(await doJob(job)));
