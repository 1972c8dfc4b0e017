import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOpenApi } from '../src/console/open-api.ts';

/** Writes `openapi.json` at the repository's root, from the schemas that requests are checked by. */

const FILE = join(import.meta.dirname, '../openapi.json');

writeFileSync(FILE, JSON.stringify(createOpenApi()));
execFileSync('biome', ['format', '--write', FILE]);
