/** The states an export can end in: each has a completion event of its own. */
export const ENDED_STATES = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'REJECTED', 'LOST'] as const;

/** One of `ENDED_STATES`. */
export type EndedState = (typeof ENDED_STATES)[number];
