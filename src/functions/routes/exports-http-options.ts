import type { Clock } from '../../clock.ts';
import type { Config } from '../../config.ts';
import type { EarthEngineClient } from '../../earth-engine/client.ts';
import type { Ledger } from '../../exports/ledger.ts';
import type { Submitter } from '../../exports/submitter.ts';
import type { Log } from '../../log.ts';
import type { FieldViolation, ValidRequest } from '../../request/export-request.ts';
import type { IdTokenPayload } from '../access/caller.ts';

/** A page of the console, or the contract. */
export interface Page {
  contentType: string;
  body: string | Uint8Array;
  /** Win over the headers every answer has: a page needs its own Content-Security-Policy. */
  headers?: Record<string, string>;
}

/** What `createExportsHttp` needs. */
export interface ExportsHttpOptions {
  config: Config;
  submitter: Submitter;
  ledger: Ledger;
  earthEngine: EarthEngineClient;
  clock: Clock;
  log: Log;
  /** A new UUID, for an export whose caller gave no id. */
  createId: () => string;
  /** Checks signature, issuer, audience and times; rejects when any is wrong. Required with HTTP_AUTH=google-id-token. */
  verifyIdToken?: (token: string, audience: string) => Promise<IdTokenPayload>;
  /** What only Earth Engine can tell beforehand, asked by `?validateOnly=true` alone. Default: nothing. */
  preflight?: (valid: ValidRequest) => Promise<{ violations: FieldViolation[]; warnings: FieldViolation[] }>;
  /** `/`, `/console.js`, `/console.css` and `/openapi.json`. Default: there are none. */
  page?: (path: string) => Page | undefined | Promise<Page | undefined>;
}
