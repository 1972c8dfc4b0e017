/** The names of google.rpc.Code in the order of their numbers, and the HTTP status each has, as code.proto maps them. */
const HTTP_STATUS_OF_CODE: Readonly<Record<string, number>> = {
  OK: 200,
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};
const RPC_STATUSES = Object.keys(HTTP_STATUS_OF_CODE);
const UNKNOWN_CODE = 2;

/** Whether this is the name of a google.rpc.Code. */
export function isRpcStatus(name: unknown): name is string {
  return typeof name === 'string' && RPC_STATUSES.includes(name);
}

/** The number of a google.rpc.Code; 2 (`UNKNOWN`) for a name that is none. */
export function toRpcCode(status: string): number {
  const code = RPC_STATUSES.indexOf(status);
  return code > 0 ? code : UNKNOWN_CODE;
}

/** The name of a google.rpc.Code; `UNKNOWN` for a number that is none. */
export function toRpcStatus(code: number | undefined): string {
  return RPC_STATUSES[code || UNKNOWN_CODE] ?? 'UNKNOWN';
}

/** The HTTP status that goes with the name of a google.rpc.Code; 500 for a name that is none. */
export function toHttpStatus(status: string): number {
  return isRpcStatus(status) ? (HTTP_STATUS_OF_CODE[status] ?? 500) : 500;
}
