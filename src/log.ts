/** How much is said. */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

/** Further fields of a log line. Nothing secret belongs here: no token, signature, header or expression. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one JSON object a line, as Cloud Logging reads it. No method throws, whatever it is given. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields & { cause?: unknown }): void;
  error(message: string, fields?: LogFields & { cause?: unknown }): void;
}

/** What may still go into a line: Cloud Logging refuses an entry over 256 KB whole. */
interface Room {
  values: number;
  characters: number;
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warning', 'error'];
const LONGEST_TEXT = 2_000;
const LONGEST_STACK = 8_000;
const DEEPEST = 5;
const MOST_CAUSES = 5;
const TRACE = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-[0-9a-f]([0-9a-f])$/;
/** Names that Cloud Logging and Error Reporting give a meaning of their own. */
const RESERVED_NAME = /^(severity|message|time|timestamp|stack_trace|exception|@type|logging\.googleapis\.com\/.*)$/;
const SECRET_NAME = /token|secret|authorization|signature|expression|password|credential|cookie/i;
/** Access tokens, ID tokens and webhook secrets, wherever they got into a text. */
const SECRET_TEXT = /\bBearer\s+[\w.~+/=-]+|\bya29\.[\w.-]+|\beyJ[\w-]{8,}\.[\w.-]+|\bwhsec_[\w+/=]+/gi;
const REDACTED = '[redacted]';
const UNREADABLE = '[unreadable]';

/**
 * Builds a log that writes lines of at least `level` through `write`. `traceparent` among the fields becomes Cloud
 * Logging's own trace fields, for which it needs the project the service runs in. Values are cut to what an entry may
 * hold, and those whose name tells of a secret are left out.
 */
export function createLog(options: { level: LogLevel; write: (line: string) => void; projectId?: string }): Log {
  const { level, write, projectId } = options;
  const lowest = LEVELS.indexOf(level);

  function line(severity: LogLevel, message: string, fields: LogFields & { cause?: unknown } = {}): void {
    if (LEVELS.indexOf(severity) < lowest) return;
    const room = { values: 500, characters: 30_000 };
    const entry = { severity: severity.toUpperCase(), message: toText(message, room), ...toEntryFields(fields, room) };
    write(`${JSON.stringify(entry)}\n`);
  }

  function toEntryFields(fields: LogFields & { cause?: unknown }, room: Room): Record<string, unknown> {
    try {
      const { cause, ...rest } = fields;
      const trace = toTraceFields(rest['traceparent'], projectId);
      return { ...toCauseFields(cause, room), ...trace, ...toPlainFields(rest, room) };
    } catch {
      return { fields: UNREADABLE };
    }
  }

  return {
    debug: (message, fields) => line('debug', message, fields),
    info: (message, fields) => line('info', message, fields),
    warning: (message, fields) => line('warning', message, fields),
    error: (message, fields) => line('error', message, fields),
  };
}

/** Error Reporting groups by the stack, and only by one in this field. */
function toCauseFields(cause: unknown, room: Room): Record<string, unknown> {
  if (cause === undefined) return {};
  const stack = readStack(cause);
  return stack === undefined ? { cause: toPlain(cause, room, 0) } : { stack_trace: toText(stack, room, LONGEST_STACK) };
}

/** The stack of an error and of what caused it; undefined for anything that has none. */
function readStack(error: unknown): string | undefined {
  const stacks: string[] = [];
  let current = error;
  try {
    while (typeof current === 'object' && current !== null && stacks.length < MOST_CAUSES) {
      const { stack, cause } = current as { stack?: unknown; cause?: unknown };
      if (typeof stack !== 'string') break;
      stacks.push(stack);
      current = cause;
    }
  } catch {
    // What cannot be read is not there.
  }
  return stacks.length === 0 ? undefined : stacks.join('\nCaused by: ');
}

function toTraceFields(traceparent: unknown, projectId: string | undefined): Record<string, unknown> {
  const trace = typeof traceparent === 'string' ? TRACE.exec(traceparent) : null;
  if (!trace || projectId === undefined) return {};
  const [, traceId, spanId, flags = '0'] = trace;
  return {
    'logging.googleapis.com/trace': `projects/${projectId}/traces/${traceId}`,
    'logging.googleapis.com/spanId': spanId,
    'logging.googleapis.com/trace_sampled': Number.parseInt(flags, 16) % 2 === 1,
  };
}

function toPlainFields(fields: LogFields, room: Room): Record<string, unknown> {
  const plain = Object.entries(readEntries(fields, room, 0));
  return Object.fromEntries(plain.map(([name, value]) => [RESERVED_NAME.test(name) ? `field.${name}` : name, value]));
}

/** `value` as JSON can hold it. What is too deep, too much or cannot be read leaves a word in its place. */
function toPlain(value: unknown, room: Room, depth: number): unknown {
  if (typeof value === 'string') return toText(value, room);
  if (typeof value === 'boolean' || value === null || value === undefined) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return toText(String(value), room);
  if (typeof value !== 'object') return `[${typeof value}]`;
  if (depth >= DEEPEST) return '[too deep]';
  try {
    if (value instanceof Date) return String(value.toJSON());
    const stack = readStack(value);
    if (stack !== undefined) return toText(stack, room);
    if (!Array.isArray(value)) return readEntries(value, room, depth + 1);
    return value.slice(0, Math.max(0, room.values)).map((item) => toCountedPlain(item, room, depth + 1));
  } catch {
    return UNREADABLE;
  }
}

function readEntries(value: object, room: Room, depth: number): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const name of Object.keys(value)) {
    if (room.values <= 0) break;
    entries.push([toText(name, room, 100), readEntry(value, name, { room, depth })]);
  }
  return Object.fromEntries(entries);
}

function readEntry(value: object, name: string, { room, depth }: { room: Room; depth: number }): unknown {
  if (SECRET_NAME.test(name)) return REDACTED;
  try {
    return toCountedPlain((value as Record<string, unknown>)[name], room, depth);
  } catch {
    return UNREADABLE;
  }
}

function toCountedPlain(value: unknown, room: Room, depth: number): unknown {
  room.values -= 1;
  return room.values < 0 ? '[too much]' : toPlain(value, room, depth);
}

function toText(text: string, room: Room, longest = LONGEST_TEXT): string {
  const most = Math.min(longest, Math.max(0, room.characters));
  const kept = text.length > most ? `${text.slice(0, most)}…` : text;
  room.characters -= kept.length;
  return kept.replace(SECRET_TEXT, REDACTED).toWellFormed();
}
