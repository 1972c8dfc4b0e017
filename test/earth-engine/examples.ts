import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FIXTURES = join(import.meta.dirname, '../fixtures');

/** An operation as it was seen in public, or composed from the documentation. */
export interface OperationExample {
  file: string;
  operation: unknown;
}

/** An error as it was seen in public; `httpStatus` null: nobody wrote down with which status. */
export interface ErrorExample {
  file: string;
  httpStatus: number | null;
  body: { error: { message: string; status: string | null } };
}

/** Every operation of the fixtures; a file may hold several. */
export function readOperationExamples(): OperationExample[] {
  return readFolder('operations').flatMap(({ file, json }) => {
    const { operation, operations = [operation] } = json as { operation?: unknown; operations?: unknown[] };
    return operations.map((each, index) => ({ file: index === 0 ? file : `${file} (${index + 1})`, operation: each }));
  });
}

/** Every error of the fixtures. */
export function readErrorExamples(): ErrorExample[] {
  return readFolder('errors').map(({ file, json }) => ({ ...(json as Omit<ErrorExample, 'file'>), file }));
}

function readFolder(folder: string): { file: string; json: unknown }[] {
  return readdirSync(join(FIXTURES, folder)).map((file) => ({
    file,
    json: JSON.parse(readFileSync(join(FIXTURES, folder, file), 'utf8')),
  }));
}
