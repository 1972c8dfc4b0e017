import { TREE_ARGUMENTS } from '../classifier/check-trees.ts';
import { classifierFacts, shortName } from '../classifier/classifier-facts.ts';
import { stepBack } from '../classifier/find-root.ts';
import type { CheckedGraph } from '../graph/check-expression.ts';
import type { GraphNodes } from '../graph/graph-walk.ts';
import { findArgument, type PlacedNode, resolveNode } from '../graph/resolve-node.ts';
import { cutText, describeNode } from './describe-node.ts';
import { describeTable } from './describe-table.ts';
import { describeTrees } from './describe-trees.ts';

/** An argument, in words: `numberOfTrees`, `100`. */
interface OutlineLine {
  name: string;
  value: string;
}

/** What a graph exports, in so few words that a person takes it in: 20 lines and 2 KB of JSON at most. */
export interface Outline {
  /** What makes the classifier, without `Classifier.`: `smileRandomForest`. */
  classifier: string;
  outputMode?: string;
  /** Its arguments; trees are only counted. */
  arguments: OutlineLine[];
  /** The table it is trained on, and how; absent where it is not trained. */
  training?: OutlineLine[];
}

/** The byte budget leaves room for the keys of the outline itself and for two lines that count what is left out. */
const MOST_BYTES = 1_800;
const MOST_ARGUMENTS = 11;
const LONGEST_NAME = 60;
const TRAINING_ARGUMENTS = Object.keys(classifierFacts('Classifier.train')?.arguments ?? {});

/** The outline of a valid graph; undefined where only the evaluation can tell what makes the classifier. */
export function toOutline({ nodes, expression }: CheckedGraph): Outline | undefined {
  const result = nodes.values.get(expression.result);
  if (result === undefined) return undefined;
  const { root, training, mode } = goBack(nodes, result);
  const name = root.node.functionInvocationValue?.functionName;
  if (name === undefined) return undefined;
  const room = { bytes: MOST_BYTES };
  const outputMode = mode && findArgument(nodes, mode, 'mode');
  // The training comes first, as it is what may not be left out.
  const trained = training && takeLines(describeTraining(nodes, training), room);
  return {
    classifier: cutText(shortName(name), LONGEST_NAME),
    ...(outputMode && { outputMode: cutText(describeNode(nodes, outputMode), LONGEST_NAME) }),
    arguments: takeLines(describeArguments(nodes, root), room),
    ...(trained && { training: trained }),
  };
}

/** From the result through training and output mode to what makes the classifier; of several the last one counts. */
function goBack(nodes: GraphNodes, result: PlacedNode) {
  let root = resolveNode(nodes, result);
  let training: PlacedNode | undefined;
  let mode: PlacedNode | undefined;
  for (let next = stepBack(nodes, root); next !== undefined; next = stepBack(nodes, root)) {
    const name = root.node.functionInvocationValue?.functionName;
    if (name === 'Classifier.train') training ??= root;
    if (name === 'Classifier.setOutputMode') mode ??= root;
    root = next;
  }
  return { root, training, mode };
}

function* describeTraining(nodes: GraphNodes, training: PlacedNode): Generator<OutlineLine> {
  for (const name of TRAINING_ARGUMENTS) {
    const given = findArgument(nodes, training, name);
    if (given === undefined || name === 'classifier') continue;
    yield { name, value: name === 'features' ? describeTable(nodes, given) : describeNode(nodes, given) };
  }
}

function* describeArguments(nodes: GraphNodes, call: PlacedNode): Generator<OutlineLine> {
  const { functionName = '', arguments: all = {} } = call.node.functionInvocationValue ?? {};
  for (const name of Object.keys(all)) {
    const given = findArgument(nodes, call, name);
    if (given === undefined) continue;
    const isTrees = Object.hasOwn(TREE_ARGUMENTS, functionName) && TREE_ARGUMENTS[functionName] === name;
    const value = isTrees ? describeTrees(nodes, given) : describeNode(nodes, given);
    yield { name: cutText(name, LONGEST_NAME), value };
  }
}

/** As many lines as there is room for; a last one says how many more there are. */
function takeLines(lines: Iterable<OutlineLine>, room: { bytes: number }): OutlineLine[] {
  const kept: OutlineLine[] = [];
  let more = 0;
  for (const line of lines) {
    const bytes = Buffer.byteLength(JSON.stringify(line)) + 1;
    if (more > 0 || kept.length === MOST_ARGUMENTS || bytes > room.bytes) more += 1;
    else {
      room.bytes -= bytes;
      kept.push(line);
    }
  }
  return more === 0 ? kept : [...kept, { name: '…', value: `${more} more` }];
}
