import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { decodeUtf8 } from '../http/parse-json.ts';

const TOLERANCE_SECONDS = 300;

/**
 * Builds the check of a Standard Webhooks signature. The secrets are those of WEBHOOK_SECRETS; any one of them will do,
 * so that they can be changed one after the other. Throws at once when one is no secret. `now`: epoch milliseconds.
 *
 * The package signs; comparing is done here, because its own check takes the time from the process and reads
 * "123abc" as a time.
 */
export function createSignatureCheck(options: { secrets: readonly string[]; now: () => number }) {
  const webhooks = options.secrets.map(toWebhook);

  /** The `webhook-id` of a call that is signed over just these bytes; undefined when anything is amiss or missing. */
  return function checkSignature(body: Buffer, headers: IncomingHttpHeaders): string | undefined {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
    if (typeof id !== 'string' || !/^[\x21-\x2d\x2f-\x7e]+$/.test(id)) return undefined;
    if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) return undefined;
    if (typeof signatures !== 'string' || body.length === 0) return undefined;
    const seconds = Number(timestamp);
    if (Math.abs(options.now() / 1000 - seconds) > TOLERANCE_SECONDS) return undefined;
    const text = decodeUtf8(body);
    if (text === undefined) return undefined;
    const given = signatures.split(' ').map((signature) => Buffer.from(signature));
    const isSigned = webhooks.some((webhook) => {
      const wanted = Buffer.from(webhook.sign(id, new Date(seconds * 1000), text));
      return given.some((signature) => signature.length === wanted.length && timingSafeEqual(signature, wanted));
    });
    return isSigned ? id : undefined;
  };
}

function toWebhook(secret: string, index: number): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    throw new Error(
      `Cannot use WEBHOOK_SECRETS: entry ${index + 1} is no secret; base64 is wanted, with or without "whsec_"`,
    );
  }
}
