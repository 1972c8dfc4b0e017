/** The functions, by the names they are deployed under. */
export const FUNCTION_NAMES = ['exportsHttp', 'exportsPubsub', 'pollOperations'] as const;

/** Name of one of the functions. */
export type FunctionName = (typeof FUNCTION_NAMES)[number];
