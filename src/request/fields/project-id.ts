const PROJECT_ID = /^(?:[a-z0-9.-]+\.[a-z]{2,}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const PROJECT_NUMBER = /^\d{6,}$/;

/** What `project` may look like: an id (`my-project`, `example.com:my-project`) or a number. */
export const PROJECT_PATTERN = '^(?:\\d{6,}|(?:[a-z0-9.-]+\\.[a-z]{2,}:)?[a-z][a-z0-9-]{4,28}[a-z0-9])$';

/** Whether `text` can be a Google Cloud project's id, with its domain if it has one. */
export function isProjectId(text: string): boolean {
  return PROJECT_ID.test(text);
}

/** Whether `text` can be a Google Cloud project's number. */
export function isProjectNumber(text: string): boolean {
  return PROJECT_NUMBER.test(text);
}

/** Why `text` cannot be the project an export is charged to; undefined when it can. */
export function projectFault(text: string): string | undefined {
  if (isProjectId(text) || isProjectNumber(text)) return undefined;
  if (text.startsWith('projects/')) return `it begins with 'projects/'; the id alone is wanted, e.g. "my-project"`;
  return 'it is no project id; 6 to 30 of a-z 0-9 - beginning with a letter (or the project number) are wanted, e.g. "my-project"';
}
