import { parseSync, Visitor } from 'oxc-parser';
import type { SourceFile } from './source-files.ts';

/** Where something stands, and how large it is. */
export interface Measured {
  /** `src/exports/poller.ts`, or with a function's line behind it: `src/exports/poller.ts:12`. */
  at: string;
  size: number;
}

/** The measures of a tree. */
export interface Measures {
  /** Lines of each file. */
  files: Measured[];
  /** Lines that hold more than a comment, of all files together. */
  codeLines: number;
  /** Lines of each function, from its first to its last. */
  functions: Measured[];
  /** How many conditions and loops stand inside each other, at the deepest place of each function. */
  nesting: Measured[];
  /** Places of the type `any`, and of the assertion `!`. */
  unchecked: string[];
  exported: number;
  /** Exported names without a doc comment. */
  undocumented: string[];
}

/** Measures files. What a function holds of other functions counts to its lines, and not to its nesting. */
export function measure(files: readonly SourceFile[]): Measures {
  const measures: Measures = {
    ...{ files: [], codeLines: 0, functions: [], nesting: [], unchecked: [], exported: 0, undocumented: [] },
  };
  for (const file of files) measureFile(file, measures);
  return measures;
}

/** The value below which the given part of all is. */
export function quantileOf(measured: readonly Measured[], part: number): number {
  const sizes = measured.map(({ size }) => size).sort((a, b) => a - b);
  return sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * part))] ?? 0;
}

/** Those that are larger than they may be, as `AT: SIZE`. */
export function largerThan(most: number, measured: readonly Measured[]): string[] {
  return measured.filter(({ size }) => size > most).map(({ at, size }) => `${at}: ${size}`);
}

interface Span {
  start: number;
  end: number;
}

function measureFile({ path, text }: SourceFile, measures: Measures): void {
  const { program, comments } = parseSync(path, text);
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  const at = ({ start }: Span) => `${path}:${lineOf(start)}`;
  measures.files.push({ at: path, size: text.trimEnd().split('\n').length });
  const code = comments.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text);
  measures.codeLines += code.split('\n').filter((line) => line.trim() !== '').length;

  // The depth inside each function that is open, the innermost last; what stands outside of all is the first.
  const depths = [{ now: 0, most: 0 }];
  const enterFunction = () => void depths.push({ now: 0, most: 0 });
  const leaveFunction = (node: Span) => {
    measures.functions.push({ at: at(node), size: lineOf(node.end) - lineOf(node.start) + 1 });
    measures.nesting.push({ at: at(node), size: depths.pop()?.most ?? 0 });
  };
  const goDeeper = (by: number) => {
    const depth = depths.at(-1);
    if (!depth) return;
    depth.now += by;
    depth.most = Math.max(depth.most, depth.now);
  };
  const enterBlock = () => goDeeper(1);
  const leaveBlock = () => goDeeper(-1);
  // An `else if` stands beside its `if`, not inside.
  const elseIfs = new Set<unknown>();
  const enterIf = (node: { alternate?: unknown }) => {
    elseIfs.add(node.alternate);
    goDeeper(elseIfs.has(node) ? 0 : 1);
  };
  const leaveIf = (node: unknown) => goDeeper(elseIfs.has(node) ? 0 : -1);
  const noteUnchecked = (node: Span) => void measures.unchecked.push(at(node));
  const noteExport = (node: Span & { declaration?: unknown }) => {
    if (!node.declaration) return;
    measures.exported += 1;
    const before = comments.findLast(({ end }) => end <= node.start);
    const isDocumented = before?.value.startsWith('*') && text.slice(before.end, node.start).trim() === '';
    if (!isDocumented) measures.undocumented.push(at(node));
  };

  new Visitor({
    ...{ FunctionDeclaration: enterFunction, 'FunctionDeclaration:exit': leaveFunction },
    ...{ FunctionExpression: enterFunction, 'FunctionExpression:exit': leaveFunction },
    ...{ ArrowFunctionExpression: enterFunction, 'ArrowFunctionExpression:exit': leaveFunction },
    ...{ ForStatement: enterBlock, 'ForStatement:exit': leaveBlock },
    ...{ ForInStatement: enterBlock, 'ForInStatement:exit': leaveBlock },
    ...{ ForOfStatement: enterBlock, 'ForOfStatement:exit': leaveBlock },
    ...{ WhileStatement: enterBlock, 'WhileStatement:exit': leaveBlock },
    ...{ DoWhileStatement: enterBlock, 'DoWhileStatement:exit': leaveBlock },
    ...{ SwitchStatement: enterBlock, 'SwitchStatement:exit': leaveBlock },
    ...{ TryStatement: enterBlock, 'TryStatement:exit': leaveBlock },
    ...{ TSAnyKeyword: noteUnchecked, TSNonNullExpression: noteUnchecked },
    ...{ ExportNamedDeclaration: noteExport, ExportDefaultDeclaration: noteExport },
    ...{ IfStatement: enterIf, 'IfStatement:exit': leaveIf },
  }).visit(program);
}
