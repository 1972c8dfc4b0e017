import { usageError } from './cli-error.ts';

const WANTED = 'a request in JSON is wanted, or one a line';

/**
 * The requests in a text: one JSON object over any number of lines, a list of them, or one a line. Throws `CliError` for
 * what is none of these.
 */
export function readRequests(text: string, name: string): unknown[] {
  const whole = tryParse(text);
  if (whole.ok) return Array.isArray(whole.value) ? whole.value : [whole.value];
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const filled = lines.filter(({ line }) => line !== '');
  if (filled.length === 0) throw usageError(`Cannot read ${name}: it is empty; ${WANTED}`);
  const parsed = filled.map(({ line, number }) => ({ number, ...tryParse(line) }));
  const wrong = parsed.find(({ ok }) => !ok);
  // A single object with a fault in it has a first line that is no JSON either: then the fault of the whole is told.
  if (wrong && parsed[0] === wrong) throw usageError(`Cannot read ${name}: ${whole.fault}; ${WANTED}`);
  if (wrong) throw usageError(`Cannot read line ${wrong.number} of ${name}: ${wrong.fault}; ${WANTED}`);
  return parsed.map(({ value }) => value);
}

type Tried = { ok: true; value: unknown; fault?: never } | { ok: false; value?: never; fault: string };

function tryParse(text: string): Tried {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, fault: error instanceof Error ? error.message : String(error) };
  }
}
