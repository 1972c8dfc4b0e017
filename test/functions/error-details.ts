/** The parts of `google.rpc` that stand among an error's details. */
export interface ErrorDetails {
  info?: { reason: string; domain: string; metadata: { exportId?: string; remedy?: string } };
  fields: string[];
  retryDelay?: string;
}

const TYPE = 'type.googleapis.com/google.rpc.';

/** Reads the details of an error's body. */
export function detailsOf(body: unknown): ErrorDetails {
  const { error } = body as { error: { details: ({ '@type': string } & Record<string, unknown>)[] } };
  const find = (name: string) => error.details.find((detail) => detail['@type'] === `${TYPE}${name}`);
  const info = find('ErrorInfo') as unknown as ErrorDetails['info'];
  const violations = (find('BadRequest')?.['fieldViolations'] ?? []) as { field: string }[];
  const retryDelay = find('RetryInfo')?.['retryDelay'];
  return {
    ...(info ? { info } : {}),
    fields: violations.map(({ field }) => field),
    ...(typeof retryDelay === 'string' ? { retryDelay } : {}),
  };
}
