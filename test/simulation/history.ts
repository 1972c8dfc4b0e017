/** What happened in a world, line by line; the same seed gives the same lines. */
export interface History {
  /** `detail` is only worked out when somebody reads the history. */
  note(line: string, detail?: () => unknown): void;
  lines(): readonly string[];
  /** A number that two histories share only if every line of them is the same. */
  digest(): number;
}

/** Keeps the lines if asked to, their digest always. */
export function createHistory(now: () => number, keep: boolean): History {
  const start = now();
  const lines: string[] = [];
  let digest = 0x811c9dc5;

  return {
    note(line, detail) {
      const at = ((now() - start) / 1000).toFixed(3);
      const text = `${at} ${line}`;
      for (let index = 0; index < text.length; index += 1) {
        digest = Math.imul(digest ^ text.charCodeAt(index), 0x01000193);
      }
      if (keep) lines.push(detail ? `${text} ${JSON.stringify(detail())}` : text);
    },
    lines: () => lines,
    digest: () => digest >>> 0,
  };
}
