import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toEventSchema } from '../src/events/completion-event-schema.ts';

const SCHEMA = join(import.meta.dirname, '../src/events/completion-event.schema.json');

/** Writes `completion-event.schema.json` from the schema in the source; the linter folds it then. */
writeFileSync(SCHEMA, `${JSON.stringify(toEventSchema(), undefined, 2)}\n`);
