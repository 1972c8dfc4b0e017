import { createHash } from 'node:crypto';
import { DEFAULT_PRIORITY } from './fields/priority.ts';
import { canonicalGraph } from './graph/canonical-graph.ts';
import { type CanonicalMemo, canonicalJson } from './graph/canonical-json.ts';
import type { Expression } from './graph/expression.ts';

/** What of a request makes it that request: everything that is sent to Earth Engine or kept, but ids and tokens. */
export interface DigestedContent {
  project: string;
  asset: string;
  overwrite: boolean;
  description: string;
  workloadTag?: string;
  priority?: number;
  labels: Record<string, string>;
  expression: Expression;
}

/**
 * `c1:` and the SHA-256 in hex of what `content` asks for. Two writings of one classifier, by different clients or as a
 * recipe, have the same digest; a default has the digest of its value. `c1` names the rules: other rules, other letters.
 * `numberLists` has the JSON of lists of numbers in it, as far as that is written already.
 */
export function digestContent(
  content: DigestedContent,
  numberLists: CanonicalMemo['numberLists'] = new Map<unknown, string>(),
): string {
  const { project, asset, overwrite, description, workloadTag = null, priority = DEFAULT_PRIORITY, labels } = content;
  const memo = { names: new Map(), numberLists };
  const fields = canonicalJson({ project, asset, overwrite, description, workloadTag, priority, labels }, memo);
  const graph = canonicalGraph(content.expression, memo);
  const hash = createHash('sha256');
  // UTF-8 would write every lone surrogate as the same replacement character.
  for (const text of [fields, '\n', graph]) hash.update(text, text.isWellFormed() ? 'utf8' : 'utf16le');
  return `c1:${hash.digest('hex')}`;
}
