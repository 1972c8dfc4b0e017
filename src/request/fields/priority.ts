/** The priority an export has when none is asked for: Earth Engine's own default. */
export const DEFAULT_PRIORITY = 100;

/** The priorities Earth Engine takes, from `LOWEST_PRIORITY` to `HIGHEST_PRIORITY`, whole numbers. */
export const LOWEST_PRIORITY = 0;

/** See `LOWEST_PRIORITY`. */
export const HIGHEST_PRIORITY = 9999;
