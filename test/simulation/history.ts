/** What happened in a world, line by line; the same seed gives the same lines. */
export interface History {
  /** `detail` is only worked out when somebody reads the history. */
  note(line: string, detail?: () => unknown): void;
  /** One more of something, for the mix of worlds. */
  count(what: string): void;
  counts(): ReadonlyMap<string, number>;
  lines(): readonly string[];
  /** A number that two histories share only if every line of them is the same. */
  digest(): number;
}

/** Keeps the lines if asked to, their digest always. */
export function createHistory(now: () => number, keep: boolean): History {
  const start = now();
  const lines: string[] = [];
  const counts = new Map<string, number>();
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
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    counts: () => counts,
    lines: () => lines,
    digest: () => digest >>> 0,
  };
}
