import type { Check } from './check.ts';

/** What must be so of the local stack: it serves, its ledger answers, its Earth Engine does. */
export function toLocalChecks(url: string, project: string): Check[] {
  const base = url.replace(/\/+$/, '');
  const repair = 'npm start';
  return [
    {
      name: 'exportsHttp and its ledger',
      as: 'nobody',
      question: { method: 'GET', url: `${base}/v1/exports?pageSize=1` },
      verdict: ({ status }) => (status === 200 ? base : { fault: `It answers ${status}` }),
      repair,
    },
    {
      name: 'Earth Engine',
      as: 'nobody',
      question: { method: 'GET', url: `${base}/v1/projects/${project}/operations?pageSize=1` },
      verdict: ({ status }) => (status === 200 ? `answers for ${project}` : { fault: `It answers ${status}` }),
      repair,
    },
  ];
}
