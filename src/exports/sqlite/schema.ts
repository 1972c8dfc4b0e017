/** Kept in the file as `user_version`. A higher one only adds to what is here. */
export const FILE_VERSION = 1;

/**
 * A record is one JSON document; the fields that are searched for have a column too, see `columns.ts`. A column
 * that a later version adds must be generated from the document, or this version would leave it stale. (Generating all
 * of them was measured: 17 us for a write against 6.) `gzip` holds what `packText` makes of a body.
 */
export const SCHEMA = `
  CREATE TABLE exports (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    project, state, create_time, operation, workload_tag, due_at, outbox_at, admit_rank, expire_at
  );
  CREATE INDEX exports_due ON exports (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX exports_outbox ON exports (outbox_at) WHERE outbox_at IS NOT NULL;
  CREATE INDEX exports_waiting ON exports (project, admit_rank) WHERE admit_rank IS NOT NULL;
  CREATE INDEX exports_operation ON exports (operation) WHERE operation IS NOT NULL;
  CREATE INDEX exports_expired ON exports (expire_at) WHERE expire_at IS NOT NULL;
  CREATE INDEX exports_state ON exports (project, state);
  CREATE INDEX exports_newest ON exports (create_time, id);
  CREATE INDEX exports_newest_of_project ON exports (project, create_time, id);
  CREATE TABLE bodies (id TEXT PRIMARY KEY, gzip BLOB NOT NULL);
  CREATE TABLE projects (project TEXT PRIMARY KEY, version INTEGER NOT NULL, document TEXT NOT NULL)
`;
