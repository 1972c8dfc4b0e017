/** How far Earth Engine's clock and the ledger's may lie apart, wherever a time of the one is held against the other's. */
export const CLOCK_MARGIN_MS = 600_000;
