import type { SimulatorRequest } from './handle.ts';
import { isJsonObject } from './json-object.ts';

/** What goes wrong with a request. `executed`: whether it is done all the same, though the caller is not told (false). */
export type Fault =
  /** The connection closes; nothing was done. */
  | { kind: 'cutBefore' }
  /** The connection closes; it was done. */
  | { kind: 'cutAfter' }
  /** It was done; the connection closes after so many bytes of the answer's body. */
  | { kind: 'truncate'; bytes: number }
  /** Another answer. A body that is not text is sent as JSON. */
  | { kind: 'status'; code: number; body?: unknown; headers?: Record<string, string>; executed?: boolean }
  /** The front end's HTML page (502). */
  | { kind: 'html'; code?: number; executed?: boolean }
  /** The right answer, late. With `executeLate` it is done only then, when the caller may have given up (false). */
  | { kind: 'delay'; delayMs: number; executeLate?: boolean }
  /** No answer, and the connection stays open. */
  | { kind: 'hang'; executed?: boolean }
  /** 200 without a body; it was done. */
  | { kind: 'emptyBody' }
  /** 200 with a body that is not JSON; it was done. */
  | { kind: 'notJson' };

/** Which requests a fault hits. What is left out matches anything. */
export interface FaultRule {
  method?: string;
  /** Regular expression, searched for in the path with its query. */
  path?: string;
  /** In process only: any other condition. */
  when?: (request: SimulatorRequest) => boolean;
  /** The first of the matching requests that is hit, counted from 1 (1). */
  nth?: number;
  /** How many are hit from there on (one if `nth` is given, else all). */
  times?: number;
  /** Share of those that is hit, by chance (1). */
  probability?: number;
  fault: Fault;
}

/** A script of faults. */
export interface Faults {
  /** The fault of this request, if it has one: that of the first rule that hits. Asking counts the request. */
  decideFault(request: SimulatorRequest): Fault | undefined;
  /** Adds a rule behind the others. @throws {TypeError} for what is not a rule, saying why */
  add(rule: unknown): void;
  clear(): void;
  /** The rules, with the number of requests that each has matched. */
  rules(): (FaultRule & { matched: number })[];
}

/** A script of the given rules. `random` decides for those with a probability. */
export function createFaults(rules: readonly FaultRule[], random: () => number): Faults {
  let script: ScriptedRule[] = rules.map(toScriptedRule);
  return {
    add: (rule) => {
      script.push(toScriptedRule(rule));
    },
    clear: () => {
      script = [];
    },
    rules: () => script.map(({ rule, matched }) => ({ ...rule, matched })),
    decideFault(request) {
      for (const entry of script) {
        if (!matches(entry, request)) continue;
        entry.matched += 1;
        if (hits(entry, random)) return entry.rule.fault;
      }
      return undefined;
    },
  };
}

interface ScriptedRule {
  rule: FaultRule;
  path: RegExp;
  matched: number;
}

const RULE_FIELDS: Record<string, string> = {
  method: 'string',
  path: 'string',
  when: 'function',
  nth: 'number',
  times: 'number',
  probability: 'number',
  fault: 'object',
};
const FAULT_FIELDS: Record<string, Record<string, string>> = {
  cutBefore: {},
  cutAfter: {},
  truncate: { bytes: 'number' },
  status: { code: 'number', body: 'any', headers: 'object', executed: 'boolean' },
  html: { code: 'number', executed: 'boolean' },
  delay: { delayMs: 'number', executeLate: 'boolean' },
  hang: { executed: 'boolean' },
  emptyBody: {},
  notJson: {},
};
const REQUIRED_FIELDS: Record<string, string> = { truncate: 'bytes', status: 'code', delay: 'delayMs' };

function toScriptedRule(rule: unknown): ScriptedRule {
  if (!isFaultRule(rule)) throw new TypeError(`Cannot add fault rule: ${findRuleFault(rule)}`);
  return { rule, path: new RegExp(rule.path ?? ''), matched: 0 };
}

function isFaultRule(rule: unknown): rule is FaultRule {
  return findRuleFault(rule) === undefined;
}

function findRuleFault(rule: unknown): string | undefined {
  if (!isJsonObject(rule)) return 'it is not an object';
  const { fault } = rule;
  if (!isJsonObject(fault)) return 'it has no object "fault"';
  const { kind, ...fields } = fault;
  const isKind = typeof kind === 'string' && Object.hasOwn(FAULT_FIELDS, kind);
  if (!isKind) return `kind "${kind}" is none of ${Object.keys(FAULT_FIELDS).join(', ')}`;
  const required = REQUIRED_FIELDS[kind];
  if (required !== undefined && fields[required] === undefined) return `kind "${kind}" needs "${required}"`;
  return findFieldFault(rule, RULE_FIELDS) ?? findFieldFault(fields, FAULT_FIELDS[kind] ?? {});
}

function findFieldFault(object: Record<string, unknown>, types: Record<string, string>): string | undefined {
  for (const [field, value] of Object.entries(object)) {
    const type = Object.hasOwn(types, field) ? types[field] : undefined;
    if (type === undefined)
      return `"${field}" is none of ${Object.keys(types).join(', ') || 'its fields: it has none'}`;
    if (type !== 'any' && value !== undefined && typeof value !== type) return `"${field}" is not a ${type}`;
  }
  return undefined;
}

function matches({ rule, path }: ScriptedRule, request: SimulatorRequest): boolean {
  if (rule.method !== undefined && rule.method !== request.method) return false;
  return path.test(request.path) && (rule.when?.(request) ?? true);
}

function hits({ rule, matched }: ScriptedRule, random: () => number): boolean {
  const { nth = 1, probability = 1 } = rule;
  const times = rule.times ?? (rule.nth === undefined ? Number.POSITIVE_INFINITY : 1);
  return matched >= nth && matched < nth + times && (probability >= 1 || random() < probability);
}
