/** The world around the command, so that a test can be it. */
export interface Io {
  env: Readonly<Record<string, string | undefined>>;
  /** Writes text to standard output, and to standard error. */
  write(text: string): void;
  writeError(text: string): void;
  /** A terminal, where lines can be painted over; otherwise a pipe or a file. */
  terminal: { columns(): number; rows(): number } | undefined;
  fetch: typeof fetch;
  /** An access token of the application default credentials; rejects where there are none. */
  getAccessToken(): Promise<string>;
  /** Epoch milliseconds. */
  now(): number;
  wait(delayMs: number): Promise<void>;
  /** The text of a file; `-` is standard input. */
  readText(path: string): Promise<string>;
  /** What a command prints; rejects when it is missing or fails. */
  runCommand(command: string, args: string[]): Promise<string>;
}
