import type { Expression, FunctionInvocation, ValueNode } from '../expression.ts';
import { byCodeUnits } from '../json-object.ts';
import { canonicalJson } from './canonical-json.ts';

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
  node: ValueNode;
  /** The key of the value it is the top of. */
  key: string | undefined;
  /** What leads to each child, in order, where that is no index. */
  names: string[] | undefined;
  children: ValueNode[];
  tokens: string[];
  free: Map<string, string> | undefined;
  /** Length of the tokens together. */
  size: number;
  /** Whether it adds nothing of its own to its one child: a leaf or a reference at the top of a value. */
  through: boolean;
}

interface Writer {
  values: Record<string, ValueNode>;
  known: Map<string, Summary>;
  /** Lines written so far, and the token that stands for each. */
  lines: Map<string, string>;
  /** Names behind their length: few, and used over and over. */
  names: Map<string, string>;
  /** Longer content becomes a line of its own. */
  longestInline: number;
  /** A node that is longer than this ends the writing. */
  longest: number;
}

const NULL = 'null';
const ARGUMENT = '$';
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
export function canonicalGraph(expression: Expression): string {
  const unfolded = { longestInline: Number.POSITIVE_INFINITY, longest: MAX_UNFOLDED };
  return (
    write(expression, unfolded) ?? write(expression, { longestInline: 128, longest: Number.POSITIVE_INFINITY }) ?? ''
  );
}

function write({ values, result }: Expression, limits: { longestInline: number; longest: number }): string | undefined {
  const writer: Writer = { values, known: new Map(), lines: new Map(), names: new Map(), ...limits };
  const summary = summarise(writer, result);
  if (summary === undefined || writer.lines.size === 0) return summary?.token;
  return [...writer.lines.keys(), summary.token].join('\n');
}

function summarise(writer: Writer, result: string): Summary | undefined {
  const stack = [openValue(writer, result)];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const child = frame.children[frame.tokens.length];
    // Nulls that a call leaves out make up less than the other half: so much can only become a token that is too long.
    if (frame.size > 2 * writer.longest) return undefined;
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

/** Adds a child that needs no frame of its own, a leaf or a value met before; else answers the frame it needs. */
function enter(writer: Writer, frame: Frame, child: ValueNode): Frame | undefined {
  const { valueReference: key, argumentReference: name, integerValue, bytesValue } = child;
  if (Object.hasOwn(child, 'constantValue')) addChild(writer, frame, toToken(writer, child.constantValue), undefined);
  else if (name !== undefined) addChild(writer, frame, ARGUMENT, new Map([[name, '']]));
  else if (integerValue !== undefined) addChild(writer, frame, String(BigInt(integerValue)), undefined);
  else if (bytesValue !== undefined)
    addChild(writer, frame, shorten(writer, `b${canonicalJson(bytesValue)}`), undefined);
  else if (key === undefined) return openFrame(child, undefined);
  else {
    const known = writer.known.get(key);
    if (known === undefined) return openValue(writer, key);
    addChild(writer, frame, known.token, known.free);
  }
  return undefined;
}

function toToken(writer: Writer, constant: unknown): string {
  const text = canonicalJson(constant);
  return text.length > writer.longestInline ? shorten(writer, `c${text}`) : text;
}

function addChild(writer: Writer, frame: Frame, token: string, free: Map<string, string> | undefined): void {
  const index = frame.tokens.push(token) - 1;
  frame.size += token.length;
  if (free === undefined || frame.size > 2 * writer.longest) return;
  if (frame.through) {
    frame.free = free;
    return;
  }
  frame.free ??= new Map();
  const name = frame.names?.[index];
  const step = name === undefined ? String(index) : writeName(writer, name);
  for (const [argument, places] of free)
    frame.free.set(argument, `${frame.free.get(argument) ?? ''}${step}(${places})`);
}

function openValue(writer: Writer, key: string): Frame {
  const node = writer.values[key];
  if (node === undefined) throw new Error(`Cannot write the graph: it has no value ${JSON.stringify(key)}`);
  return openFrame(node, key);
}

function openFrame(node: ValueNode, key: string | undefined): Frame {
  const frame: Frame = {
    node,
    key,
    names: undefined,
    children: [],
    tokens: [],
    free: undefined,
    size: 0,
    through: false,
  };
  const { functionInvocationValue: call, functionDefinitionValue: definition } = node;
  if (call !== undefined) {
    openMembers(frame, call.arguments ?? {});
    if (call.functionReference !== undefined) frame.children.push({ valueReference: call.functionReference });
  } else if (node.arrayValue !== undefined) frame.children = node.arrayValue.values ?? [];
  else if (node.dictionaryValue !== undefined) openMembers(frame, node.dictionaryValue.values ?? {});
  else if (definition !== undefined) frame.children.push({ valueReference: definition.body });
  else {
    frame.through = true;
    frame.children.push(node);
  }
  return frame;
}

function openMembers(frame: Frame, members: Record<string, ValueNode>): void {
  frame.names = Object.keys(members).sort(byCodeUnits);
  for (const name of frame.names) frame.children.push(members[name] ?? {});
}

function writeName(writer: Writer, name: string): string {
  const known = writer.names.get(name);
  if (known !== undefined) return known;
  const text = `${name.length}"${name}:`;
  writer.names.set(name, text);
  return text;
}

function closeFrame(writer: Writer, frame: Frame): Summary {
  const { node, free, through } = frame;
  if (node.functionDefinitionValue !== undefined) return closeDefinition(writer, frame);
  if (through) return { token: frame.tokens[0] ?? NULL, free };
  for (const [name, places] of free ?? []) free?.set(name, shorten(writer, places));
  return { token: shorten(writer, writeNode(writer, frame)), free };
}

/** A call, list or dictionary. Appending leaves what is appended where it is; `join` would copy it at every level. */
function writeNode(writer: Writer, { node, names, tokens }: Frame): string {
  const { functionInvocationValue: call } = node;
  let text = node.arrayValue === undefined ? '{' : '[';
  if (call !== undefined) text = `${writeCallee(writer, call, tokens)}(`;
  const count = names?.length ?? tokens.length;
  for (let index = 0; index < count; index++) {
    const name = names?.[index];
    if (call !== undefined && tokens[index] === NULL) continue;
    text += name === undefined ? `${tokens[index]},` : `${writeName(writer, name)}${tokens[index]},`;
  }
  return `${text})`;
}

/** The name of what is called, or where that is of the graph itself the last of the tokens. */
function writeCallee(writer: Writer, { functionName }: FunctionInvocation, tokens: string[]): string | undefined {
  return functionName === undefined ? tokens.at(-1) : writeName(writer, functionName);
}

function closeDefinition(writer: Writer, { node, tokens, free }: Frame): Summary {
  const names = node.functionDefinitionValue?.argumentNames ?? [];
  let places = '';
  for (const name of names) {
    places += `${free?.get(name) ?? '-'},`;
    free?.delete(name);
  }
  for (const [name, below] of free ?? []) free?.set(name, shorten(writer, below));
  return { token: shorten(writer, `λ${places}→${tokens[0]}`), free: free?.size === 0 ? undefined : free };
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
