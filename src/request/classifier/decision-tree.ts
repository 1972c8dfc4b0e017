import { quoteShort } from '../faults/describe-value.ts';

/** Why a text is no decision tree, and in which of its lines, the first being 1. */
export interface TreeFault {
  line: number;
  reason: string;
}

// No two neighbouring parts can match the same character: a hostile line takes no longer than a good one.
const NUMBER = String.raw`[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|NaN|Inf`;
const SPLIT = String.raw`root|[^\s<>=][^<>=]*(?:<=|>=|<|>|=)[ \t]*[^\s*]+`;
const NODE = new RegExp(
  String.raw`^[ \t]*(\d+)\)[ \t]*(${SPLIT})(?:[ \t]+(?:${NUMBER})){3}(?:[ \t]*\([^()]*\))?(?:[ \t]*(\*))?$`,
);
/** What R prints above a tree, and blank lines. */
const HEADING = /^(?:$|n ?=|node\), split|\* denotes|\(\d+ observations? deleted)/;

/**
 * Reads `text` as one or more decision trees in the format that R prints and `Classifier.decisionTree` takes: a line
 * `number) split n deviance value` for each node, with `*` behind it if it is a leaf; the children of node k are 2k and
 * 2k+1 and follow it at once, left before right. Answers what Earth Engine would stumble over first; undefined for none.
 */
export function decisionTreeFault(text: string): TreeFault | undefined {
  const lines = text.split('\n');
  const wanted: number[] = [];
  let trees = 0;
  for (const [index, raw] of lines.entries()) {
    const line = raw.trimEnd();
    const [, number, split, leaf] = NODE.exec(line) ?? [];
    if (number === undefined && HEADING.test(line.trimStart())) continue;
    const node = Number(number);
    if (wanted.length === 0) trees += 1;
    const reason =
      number === undefined ? lineFault(line) : orderFault(node, { isRoot: split === 'root', wanted: wanted.pop() });
    if (reason !== undefined) return { line: index + 1, reason };
    if (leaf === undefined) wanted.push(2 * node + 1, 2 * node);
  }
  if (trees === 0) return { line: 1, reason: 'there is no tree; a line such as "1) root 9 9 1 *" is wanted' };
  if (wanted.length === 0) return undefined;
  return { line: lines.length, reason: `the text ends where node ${wanted.at(-1)} is wanted` };
}

function orderFault(
  node: number,
  { isRoot, wanted }: { isRoot: boolean; wanted: number | undefined },
): string | undefined {
  if (wanted === undefined) {
    return node === 1 && isRoot ? undefined : `node ${node} stands where a tree begins; "1) root …" is wanted`;
  }
  // Beyond 2^53 a number is no longer what was written.
  if (node === wanted || wanted > Number.MAX_SAFE_INTEGER) return undefined;
  const parent = Math.floor(wanted / 2);
  return `node ${node} stands where node ${wanted} is wanted: node ${parent} has no * and so needs ${2 * parent} and ${2 * parent + 1}`;
}

function lineFault(line: string): string {
  if (line.includes('#')) return 'it has # where line breaks are wanted';
  if (line.includes('\\n')) return String.raw`it has \n written out where line breaks are wanted`;
  const form =
    '"NUMBER) SPLIT N DEVIANCE VALUE" is wanted, such as "2) B4 <= 0.2 50 5 0 *", the last three being numbers';
  return `${quoteShort(line.trim())} is no node; ${form}`;
}
