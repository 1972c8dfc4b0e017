import { CliError } from '../terminal/cli-error.ts';
import { EXIT } from '../terminal/exit-status.ts';
import { toPlainText } from '../terminal/plain-text.ts';

/** A call that the service refused, in its own words: every fault on a line, then what to do about it. */
export class RefusedCall extends CliError {
  readonly status: number;
  /** The answer's JSON. */
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(describeRefusal(status, body), isAboutExport(status, body) ? EXIT.failure : EXIT.unreachable);
    this.status = status;
    this.body = body;
  }
}

interface ErrorBody {
  error?: { message?: unknown; details?: unknown };
}

/** Who may not call at all (what stands before the service says so, in HTML) or hears of a fault knows nothing of exports. */
function isAboutExport(status: number, body: unknown): boolean {
  return status !== 401 && status < 500 && 'error' in Object(body);
}

function describeRefusal(status: number, body: unknown): string {
  const { error } = Object(body) as ErrorBody;
  if (typeof error?.message !== 'string') {
    const remedy = status === 401 || status === 403 ? '; who calls needs roles/run.invoker on the service' : '';
    return `Cannot carry out the call: the service answers ${status}${remedy}`;
  }
  const details = (Array.isArray(error.details) ? error.details : []).map((detail) => Object(detail));
  const violations = details.flatMap((detail) => toLines(detail['fieldViolations']));
  const remedies = details.map((detail) => Object(detail['metadata'])['remedy']);
  const remedy = remedies.find((text) => typeof text === 'string');
  const lines = violations.length > 0 ? ['Cannot accept the request:', ...violations] : [error.message];
  return [...lines, ...(remedy === undefined ? [] : [`To do: ${remedy}`])].map(toPlainText).join('\n');
}

function toLines(violations: unknown): string[] {
  if (!Array.isArray(violations)) return [];
  return violations.map((violation) => `  ${Object(violation)['field']}: ${Object(violation)['description']}`);
}
