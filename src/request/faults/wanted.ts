import { describeValue } from './describe-value.ts';

/** An error option for a zod schema: says what the field `name` is, and `what` is wanted (with its verb: `a list is`). */
export function wanted(name: string, what: string): { error: (issue: { input?: unknown }) => string } {
  return { error: ({ input }) => `Cannot use ${name}: it is ${describeValue(input)}; ${what} wanted` };
}
