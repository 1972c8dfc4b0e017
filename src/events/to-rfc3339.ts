/** Epoch milliseconds as RFC 3339, in UTC, with milliseconds. */
export function toRfc3339(time: number): string {
  return new Date(time).toISOString();
}
