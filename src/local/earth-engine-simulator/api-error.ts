/** The HTTP status that goes with each google.rpc code name (google/rpc/code.proto). */
const HTTP_CODES = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
} as const;

/** A google.rpc code name that the simulator can answer with. */
export type RpcStatus = keyof typeof HTTP_CODES;

/** Whether `value` is such a name. */
export function isRpcStatus(value: unknown): value is RpcStatus {
  return typeof value === 'string' && Object.hasOwn(HTTP_CODES, value);
}

/** A refusal by the simulated Earth Engine. `toBody` gives it the form of AIP-193, as it travels. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: RpcStatus;
  readonly details: readonly unknown[];

  constructor(status: RpcStatus, message: string, details: readonly unknown[] = []) {
    super(message);
    this.status = status;
    this.details = details;
  }

  /** The HTTP status. */
  get code(): number {
    return HTTP_CODES[this.status];
  }

  toBody(): object {
    const { code, message, status, details } = this;
    return { error: { code, message, status, ...(details.length > 0 && { details }) } };
  }
}

/** One thing wrong with a request; `field` is in snake_case and absent when the body itself is meant. */
export interface Violation {
  field?: string;
  description: string;
}

/** A 400 as Google's front end gives it: every violation at once, one a line, and again as BadRequest details. */
export function createBadRequest(violations: readonly Violation[]): ApiError {
  const message = violations.map((violation) => violation.description).join('\n');
  return new ApiError('INVALID_ARGUMENT', message, [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations },
  ]);
}
