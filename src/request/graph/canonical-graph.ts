import { type CanonicalMemo, canonicalJson, writeName } from './canonical-json.ts';
import type { Expression, ValueNode } from './expression.ts';
import { sortNames } from './sort-names.ts';

/**
 * What a node stands for: its content with every argument of an enclosing function left blank, and where in it those
 * stand, by name, so that a definition can write its own down by position instead.
 */
interface Summary {
  token: string;
  free: Map<string, string> | undefined;
}

/** A node whose children are being summarised. */
interface Frame {
  kind: 'call' | 'list' | 'dictionary' | 'definition' | 'through';
  /** The key of the value it is the top of. */
  key: string | undefined;
  /** Children by name come first, then those in a list. */
  names: readonly string[];
  members: Record<string, ValueNode>;
  items: readonly ValueNode[];
  /** How many children are written. */
  count: number;
  text: string;
  free: Map<string, string> | undefined;
  argumentNames: readonly string[];
}

interface Writer {
  values: Record<string, ValueNode>;
  known: Map<string, Summary>;
  /** Lines written so far, and the token that stands for each. */
  lines: Map<string, string>;
  memo: CanonicalMemo;
  /** Longer content becomes a line of its own. */
  longestInline: number;
  /** A node that is longer than this ends the writing. */
  longest: number;
}

const NULL = 'null';
const ARGUMENT = '$';
const NONE: readonly never[] = [];
const NO_MEMBERS: Record<string, ValueNode> = {};
const MAX_UNFOLDED = 20_000_000;

/**
 * A graph as text that is equal for equal content: whatever the keys of its values, the order of keys, what is shared
 * and what is repeated, how arguments of functions are called, whether an argument is null or absent.
 *
 * It is the graph unfolded, which is quick, as JavaScript joins text without copying it. A graph that unfolds to more
 * than 20 MB is written another way: every different node of some length is one line, in the order in which a walk
 * from the result, arguments by name, first leaves it. Which way it is depends on the content alone, never on its form.
 *
 * The graph must be valid: bounded in depth, without cycles, every reference resolved.
 */
export function canonicalGraph(expression: Expression, memo: CanonicalMemo): string {
  const unfolded = { longestInline: Number.POSITIVE_INFINITY, longest: MAX_UNFOLDED, memo };
  const folded = { longestInline: 128, longest: Number.POSITIVE_INFINITY, memo };
  return write(expression, unfolded) ?? write(expression, folded) ?? '';
}

function write(
  { values, result }: Expression,
  options: Pick<Writer, 'memo' | 'longestInline' | 'longest'>,
): string | undefined {
  const writer: Writer = { values, known: new Map(), lines: new Map(), ...options };
  const summary = summarise(writer, result);
  if (summary === undefined || writer.lines.size === 0) return summary?.token;
  return [...writer.lines.keys(), summary.token].join('\n');
}

function summarise(writer: Writer, result: string): Summary | undefined {
  const stack = [openValue(writer, result)];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    if (frame.text.length > writer.longest) return undefined;
    const child = nextChild(frame);
    if (child !== undefined) {
      const opened = enter(writer, frame, child);
      if (opened !== undefined) stack.push(opened);
      continue;
    }
    const summary = closeFrame(writer, frame);
    if (summary.token.length > writer.longest) return undefined;
    if (frame.key !== undefined) writer.known.set(frame.key, summary);
    stack.pop();
    const above = stack.at(-1);
    if (above === undefined) return summary;
    addChild(writer, above, summary.token, summary.free);
  }
  return undefined;
}

function nextChild({ names, members, items, count }: Frame): ValueNode | undefined {
  const name = names[count];
  return name === undefined ? items[count - names.length] : (members[name] ?? {});
}

/** Adds a child that needs no frame of its own, a leaf or a value met before; else answers the frame it needs. */
function enter(writer: Writer, frame: Frame, child: ValueNode): Frame | undefined {
  const { valueReference: key, argumentReference: name, integerValue, bytesValue } = child;
  if (Object.hasOwn(child, 'constantValue')) addChild(writer, frame, toToken(writer, child.constantValue), undefined);
  else if (name !== undefined) addChild(writer, frame, ARGUMENT, new Map([[name, '']]));
  else if (integerValue !== undefined) addChild(writer, frame, String(BigInt(integerValue)), undefined);
  else if (bytesValue !== undefined)
    addChild(writer, frame, shorten(writer, `b${canonicalJson(bytesValue, writer.memo)}`), undefined);
  else if (key === undefined) return openFrame(writer, child, undefined);
  else {
    const known = writer.known.get(key);
    if (known === undefined) return openValue(writer, key);
    addChild(writer, frame, known.token, known.free);
  }
  return undefined;
}

function toToken(writer: Writer, constant: unknown): string {
  const text = canonicalJson(constant, writer.memo);
  return text.length > writer.longestInline ? shorten(writer, `c${text}`) : text;
}

function addChild(writer: Writer, frame: Frame, token: string, free: Map<string, string> | undefined): void {
  const name = frame.names[frame.count];
  if (frame.kind === 'through' || frame.kind === 'definition') frame.text = token;
  else if (frame.kind === 'list') frame.text += `${token},`;
  else if (name === undefined) frame.text = `${token}(${frame.text}`;
  else if (frame.kind === 'dictionary' || token !== NULL) {
    frame.text += writeName(name, writer.memo);
    frame.text += `${token},`;
  }
  if (free !== undefined) addFree(writer, frame, free);
  frame.count += 1;
}

function addFree(writer: Writer, frame: Frame, free: Map<string, string>): void {
  if (frame.kind === 'through') {
    frame.free = free;
    return;
  }
  frame.free ??= new Map();
  const name = frame.names[frame.count];
  const step = name === undefined ? String(frame.count) : writeName(name, writer.memo);
  for (const [argument, places] of free)
    frame.free.set(argument, `${frame.free.get(argument) ?? ''}${step}(${places})`);
}

function openValue(writer: Writer, key: string): Frame {
  const node = writer.values[key];
  if (node === undefined)
    throw new Error(
      `Cannot write the graph: it has no value ${JSON.stringify(key)}; a graph that was checked is wanted`,
    );
  return openFrame(writer, node, key);
}

function openFrame(writer: Writer, node: ValueNode, key: string | undefined): Frame {
  const frame: Frame = {
    kind: 'through',
    key,
    names: NONE,
    members: NO_MEMBERS,
    items: NONE,
    count: 0,
    text: '',
    free: undefined,
    argumentNames: NONE,
  };
  const { functionInvocationValue: call, functionDefinitionValue: definition } = node;
  if (call !== undefined) {
    frame.kind = 'call';
    openMembers(frame, call.arguments);
    if (call.functionReference !== undefined) frame.items = [{ valueReference: call.functionReference }];
    if (call.functionName !== undefined) frame.text = `${writeName(call.functionName, writer.memo)}(`;
  } else if (node.arrayValue !== undefined) {
    frame.kind = 'list';
    frame.text = '[';
    frame.items = node.arrayValue.values ?? NONE;
  } else if (node.dictionaryValue !== undefined) {
    frame.kind = 'dictionary';
    frame.text = '{';
    openMembers(frame, node.dictionaryValue.values);
  } else if (definition !== undefined) {
    frame.kind = 'definition';
    frame.argumentNames = definition.argumentNames ?? NONE;
    frame.items = [{ valueReference: definition.body }];
  } else frame.items = [node];
  return frame;
}

function openMembers(frame: Frame, members: Record<string, ValueNode> = NO_MEMBERS): void {
  frame.names = sortNames(Object.keys(members));
  frame.members = members;
}

function closeFrame(writer: Writer, frame: Frame): Summary {
  const { kind, text, free } = frame;
  if (kind === 'definition') return closeDefinition(writer, frame);
  if (kind === 'through') return { token: text, free };
  for (const [name, places] of free ?? []) free?.set(name, shorten(writer, places));
  return { token: shorten(writer, `${text})`), free };
}

function closeDefinition(writer: Writer, { argumentNames, text, free }: Frame): Summary {
  let places = '';
  for (const name of argumentNames) {
    places += `${free?.get(name) ?? '-'},`;
    free?.delete(name);
  }
  for (const [name, below] of free ?? []) free?.set(name, shorten(writer, below));
  return { token: shorten(writer, `λ${places}→${text}`), free: free?.size === 0 ? undefined : free };
}

/** `text` itself, or the token of the line that it becomes. */
function shorten(writer: Writer, text: string): string {
  if (text.length <= writer.longestInline) return text;
  const known = writer.lines.get(text);
  if (known !== undefined) return known;
  const token = `#${writer.lines.size}`;
  writer.lines.set(text, token);
  return token;
}
