import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOpenApi } from '../src/console/open-api.ts';

/** Writes `openapi.json` at the repository's root, from the schemas that requests are checked by. */
writeFileSync(join(import.meta.dirname, '../openapi.json'), `${JSON.stringify(createOpenApi(), undefined, 2)}\n`);
