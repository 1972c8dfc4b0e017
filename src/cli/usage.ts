/** What `ee-export --help` prints. */
export const USAGE = `ee-export: classifier exports of Earth Engine, from the command line

  ee-export submit FILE|-       start the exports in FILE: one request in JSON, or one a line
      --watch                   then watch them to their end
      --validate-only           only say what is wrong with them
  ee-export watch ID…|FILTERS   until all have ended
      --every SECONDS           how often to look (5)
  ee-export list [FILTERS]      newest first
      --limit N                 how many at most (50)
  ee-export cancel ID…|FILTERS  those that have not ended
  ee-export retry ID…|FILTERS   a new attempt of those that ended without success
      --dry-run                 (cancel, retry) only say which
  ee-export doctor [options]    look at an installation for faults
      --project ID --region NAME  of a deployed service
      --name NAME               first part of its names (classifier-export)
      --url URL                 instead: a local stack
  ee-export simulator [options] an Earth Engine for tests, on this machine

Filters, which must all hold:
  --label KEY=VALUE (repeatable)  --state STATE  --project ID  --tag TAG  --since DATE

Every command but the last two takes:
  --url URL                     the service; else EE_EXPORT_URL, else the local stack http://127.0.0.1:8080
  --json                        one export in JSON a line, as the service tells it
  --audience URL                whom the ID token is for (the service's URL)
  --impersonate-service-account=EMAIL  whose ID token is sent

The ID token is EE_EXPORT_ID_TOKEN, else that of the service account to act as or of the application default
credentials, else that of your gcloud account. The local stack needs none.

Exit status: 0 all is well; 1 an export failed, was rejected or lost, or a call was refused; 2 the command line or the
file is wrong; 3 an export was cancelled and none failed; 4 the service cannot be reached, or not by you.
`;
