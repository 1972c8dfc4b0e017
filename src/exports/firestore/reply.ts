/** A response of Firestore, read: `status` is `OK`, one of google.rpc.Code's names, or `HTTP 302` and the like. */
export interface Reply {
  status: string;
  /** Google's own words where it refused. */
  message: string;
  data: unknown;
  /** Firestore's clock when it answered, epoch milliseconds. */
  serverTime?: number;
}

/** Reads a response; `data` is the JSON, undefined where that was none. `isList`: whether a list is wanted, or an object. */
export function readReply({ status, data }: { status: number; data: unknown }, isList: boolean): Reply {
  const error = findError(data);
  if (error) return { status: error.status ?? nameOf(status), message: error.message ?? `HTTP ${status}`, data };
  if (status !== 200 || !(isList ? isListOfObjects(data) : isObject(data)))
    return { status: nameOf(status), message: `an answer that cannot be read (HTTP ${status})`, data };
  const serverTime = findServerTime(data);
  return { status: 'OK', message: '', data, ...(serverTime === undefined ? {} : { serverTime }) };
}

/** Streaming methods answer with a list, in which an error can come last. */
function findError(data: unknown): { status?: string; message?: string } | undefined {
  const last: unknown = Array.isArray(data) ? data.at(-1) : data;
  return (last as { error?: { status?: string; message?: string } } | null | undefined)?.error;
}

function isListOfObjects(data: unknown): data is object[] {
  return Array.isArray(data) && data.every(isObject);
}

function isObject(data: unknown): data is object {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function findServerTime(data: unknown): number | undefined {
  const last: unknown = Array.isArray(data) ? data.at(-1) : data;
  const { readTime, commitTime } = (last ?? {}) as { readTime?: string; commitTime?: string };
  const time = Date.parse(commitTime ?? readTime ?? '');
  return Number.isNaN(time) ? undefined : time;
}

function nameOf(status: number): string {
  if (status === 200 || status === 408 || status >= 500) return 'UNAVAILABLE';
  return status === 429 ? 'RESOURCE_EXHAUSTED' : `HTTP ${status}`;
}
