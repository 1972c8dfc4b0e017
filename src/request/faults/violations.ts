import { type Place, toField } from './place.ts';

/** One thing wrong with a request, as `google.rpc.BadRequest` lists them (AIP-193). */
export interface FieldViolation {
  /** Where: `assetExportOptions.earthEngineDestination.name`, `expression.values.3.arrayValue.values[0]`. */
  field: string;
  /** What is wrong and what is wanted instead. */
  description: string;
}

/** How many violations an answer names; one more says how many there are besides. */
const MAX_VIOLATIONS = 100;

/** Collects violations; those beyond the hundredth are only counted, so that a hostile body costs no memory. */
export interface Violations {
  /** `description` is only called when it will be told. */
  add(at: Place | string, description: () => string): void;
  count(): number;
  list(): FieldViolation[];
}

/** An empty collection. */
export function createViolations(): Violations {
  const named: FieldViolation[] = [];
  let more = 0;
  let firstUnnamed = '';
  return {
    add(at, description) {
      if (named.length === MAX_VIOLATIONS) {
        if (more === 0) firstUnnamed = typeof at === 'string' ? at : toField(at);
        more += 1;
        return;
      }
      named.push({ field: typeof at === 'string' ? at : toField(at), description: description() });
    },
    count: () => named.length + more,
    list() {
      if (more === 0) return named;
      const description = `Cannot name every fault: this one and ${more - 1} more are left out; mend those above first`;
      return [...named, { field: firstUnnamed, description }];
    },
  };
}
