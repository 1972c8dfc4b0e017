import * as z from 'zod';
import { assetNameFault } from './request/fields/asset-name.ts';
import { projectFault } from './request/fields/project-id.ts';

const LEAST_SECRET_BYTES = 24;

/** A text that is there; `wanted` says what, in the message of every fault. */
export function toText(wanted: string) {
  return z.string({ error: ({ input }) => (input === undefined ? `it is missing; ${wanted}` : wanted) });
}

/** A text that `pattern` holds for. */
export function toPattern(pattern: RegExp, wanted: string) {
  return toText(wanted).regex(pattern, wanted);
}

/** Several values with commas between them, spaces around them and empty ones left out. */
export function toList(item: z.ZodString) {
  return toText('at least one value is wanted')
    .transform((list) =>
      list
        .split(',')
        .map((value) => value.trim())
        .filter(Boolean),
    )
    .pipe(z.array(item).min(1, 'at least one value is wanted'));
}

/** A whole number in decimal digits, both ends included. */
export function toCount(low: number, high: number) {
  const wanted = `a whole number from ${low} to ${high} is wanted`;
  return toPattern(/^\d{1,9}$/, wanted)
    .transform(Number)
    .pipe(z.int().min(low, wanted).max(high, wanted));
}

/** One of some words. */
export function toChoice<const Choice extends string>(...choices: Choice[]) {
  return z.enum(choices, { error: `${choices.join(' or ')} is wanted` });
}

/** An address without credentials; slashes at its end are taken off. */
export function toUrl() {
  const wanted = 'an http or https address without user, password, query and fragment is wanted';
  return toText(wanted)
    .refine(isPlainUrl, wanted)
    .transform((url) => url.replace(/\/+$/, ''));
}

/** The project an export can be charged to. */
export function toProject() {
  const wanted = 'the id of a Google Cloud project (or its number) is wanted, e.g. my-project';
  return toText(wanted).refine((id) => projectFault(id) === undefined, wanted);
}

/** A prefix under which requests can name assets: another one would have every one of them refused. */
export function toAssetPrefix() {
  const wanted = 'asset-name prefixes are wanted, e.g. projects/my-project/assets/models';
  return toText(wanted).refine(isAssetPrefix, wanted);
}

/** A secret as Standard Webhooks wants it. */
export function toSecret() {
  const wanted = `base64 of at least ${LEAST_SECRET_BYTES} bytes is wanted, with or without whsec_`;
  return toText(wanted).refine(isSecret, wanted);
}

/** What single callers may do, as JSON. */
export function toPolicy() {
  const wanted = '{"CALLER": {"projects": […], "assets": […], "maxPriority": N}} is wanted';
  const priority = 'a whole number from 0 to 9999 is wanted';
  const rules = z.strictObject(
    {
      projects: z.array(toProject(), 'a list of project ids is wanted').exactOptional(),
      assets: z.array(toAssetPrefix(), 'a list of asset-name prefixes is wanted').exactOptional(),
      maxPriority: z.int(priority).min(0, priority).max(9999, priority).exactOptional(),
    },
    wanted,
  );
  return toText(wanted)
    .transform((json, context) => parseJson(json, context, wanted))
    .pipe(z.record(z.string(), rules, wanted));
}

function isPlainUrl(url: string): boolean {
  const { protocol = '', username, password } = URL.parse(url) ?? {};
  return /^https?:$/.test(protocol) && !username && !password && !/[?#\s]/.test(url);
}

function isAssetPrefix(prefix: string): boolean {
  const folder = prefix.replace(/\/$/, '');
  // Of a legacy asset three segments are wanted.
  return ['', '/a', '/a/a', '/a/a/a'].some((below) => assetNameFault(folder + below, 'my-project') === undefined);
}

function isSecret(secret: string): boolean {
  const base64 = secret.replace(/^whsec_/, '');
  const isBase64 = /^[A-Za-z0-9+/]*={0,2}$/.test(base64) && base64.length % 4 === 0;
  return isBase64 && Buffer.from(base64, 'base64').length >= LEAST_SECRET_BYTES;
}

function parseJson(json: string, context: z.core.$RefinementCtx<string>, wanted: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    context.addIssue(`it is no JSON; ${wanted}`);
    return z.NEVER;
  }
}
