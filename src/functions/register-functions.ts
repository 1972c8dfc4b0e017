import { type CloudEventFunction, cloudEvent, type HttpFunction, http } from '@google-cloud/functions-framework';
import type { FunctionName } from './function-names.ts';

/** What each function is, as the functions framework calls it. */
interface Functions extends Record<FunctionName, unknown> {
  exportsHttp: HttpFunction;
  exportsPubsub: CloudEventFunction<unknown>;
  pollOperations: HttpFunction;
}

/** Makes the functions known to the functions framework under their names; which of them it serves is its own choice. */
export function registerFunctions(functions: Functions): void {
  http('exportsHttp' satisfies FunctionName, functions.exportsHttp);
  cloudEvent('exportsPubsub' satisfies FunctionName, functions.exportsPubsub);
  http('pollOperations' satisfies FunctionName, functions.pollOperations);
}
