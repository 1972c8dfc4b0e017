/** Whether a Host, or what stands behind the scheme of an Origin, is a name that leads to this machine alone. */
export function isThisMachine(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}
