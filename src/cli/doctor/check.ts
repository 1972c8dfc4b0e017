import type { Answer } from '../../earth-engine/client.ts';
import { readObject } from '../../earth-engine/json-fields.ts';

/** One HTTP request that a check makes. */
export interface Question {
  method: 'GET' | 'POST';
  url: string;
  body?: unknown;
  /** The project whose quota is used, where that is not the account's own. */
  quotaProject?: string;
}

/** What is wrong, and what repairs it where the check's own `repair` does not. */
export interface Fault {
  fault: string;
  repair?: string;
}

/** One thing that must be so. A check is data: `runCheck` is what asks. */
export interface Check {
  /** What is checked, e.g. `topic of completion events`. */
  name: string;
  /**
   * Who asks. `account`: the account the functions run as, for whatever is a question of rights: what an owner may do
   * says nothing of it. `you`: the person at the keyboard, for facts that are so whoever looks.
   */
  as: 'you' | 'account' | 'nobody';
  question: Question;
  /** What is wrong, or the words of what is well. Sees answers that are no errors, and 404. */
  verdict(answer: Extract<Answer, { kind: 'answered' }>): Fault | string;
  /** The command that repairs it, ready to be pasted. */
  repair: string;
  /** The role without which `you` may not look. */
  role?: string;
  /** Where `role` is to be granted; default: the service's own project. */
  roleProject?: string;
}

/** What came of a check. */
export interface Finding {
  name: string;
  result: 'ok' | 'fault' | 'not checked';
  detail: string;
  /** Of a fault, or what lets the check be made. */
  repair?: string;
}

/** The fields of an answer's JSON object; none where it is something else. */
export function readFields(body: unknown): Record<string, unknown> {
  return readObject(body) ?? {};
}

/** One field of an answer that is an object itself. */
export function readField(body: unknown, name: string): Record<string, unknown> {
  return readFields(readFields(body)[name]);
}
