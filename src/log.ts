/** How much is said. */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

/** Further fields of a log line. Nothing secret belongs here: no token, signature, header or expression. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one JSON object a line, as Cloud Logging reads it. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields & { cause?: unknown }): void;
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warning', 'error'];
const LONGEST_TEXT = 2_000;
const TRACE = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * Builds a log that writes lines of at least `level` through `write`. `traceparent` among the fields becomes Cloud
 * Logging's own trace fields, for which it needs the project the service runs in.
 */
export function createLog(options: { level: LogLevel; write: (line: string) => void; projectId?: string }): Log {
  const { level, write, projectId } = options;
  const lowest = LEVELS.indexOf(level);

  function line(severity: LogLevel, message: string, fields: LogFields & { cause?: unknown } = {}): void {
    if (LEVELS.indexOf(severity) < lowest) return;
    const { cause, traceparent, ...rest } = fields;
    const entry: Record<string, unknown> = { severity: severity.toUpperCase(), message, ...toPlain(rest) };
    // Error Reporting groups by the stack, and only by one in this field.
    if (cause instanceof Error) entry['stack_trace'] = cut(cause.stack ?? String(cause));
    else if (cause !== undefined) entry['cause'] = cut(String(cause));
    const trace = typeof traceparent === 'string' ? TRACE.exec(traceparent) : null;
    if (trace && projectId) {
      entry['logging.googleapis.com/trace'] = `projects/${projectId}/traces/${trace[1]}`;
      entry['logging.googleapis.com/spanId'] = trace[2];
      entry['logging.googleapis.com/trace_sampled'] = trace[3] === '01';
    }
    write(`${JSON.stringify(entry)}\n`);
  }

  return {
    debug: (message, fields) => line('debug', message, fields),
    info: (message, fields) => line('info', message, fields),
    warning: (message, fields) => line('warning', message, fields),
    error: (message, fields) => line('error', message, fields),
  };
}

function toPlain(fields: LogFields): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) plain[name] = typeof value === 'string' ? cut(value) : value;
  return plain;
}

/** A log entry over 256 KB is refused whole; what a caller wrote must not bring that about. */
function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
