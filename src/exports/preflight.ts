import { type Budget, startBudget } from '../budget.ts';
import type { Clock } from '../clock.ts';
import { concurrently } from '../concurrently.ts';
import { toAssetName, toParentFolders } from '../earth-engine/asset-path.ts';
import type { Answer, EarthEngineClient } from '../earth-engine/client.ts';
import type { ExportRequest, FieldViolation } from '../request/export-request.ts';
import { type AssetReference, assetReferences } from '../request/graph/asset-references.ts';

/** What `createPreflight` needs. */
export interface PreflightOptions {
  earthEngine: EarthEngineClient;
  clock: Clock;
  /** The account the service runs as, for the command that shares an asset with it. */
  principal?: () => Promise<string | undefined>;
}

/** What the reading showed: faults that would fail the export later, and what could not be found out. */
export interface PreflightResult {
  violations: FieldViolation[];
  warnings: FieldViolation[];
}

/** What every reading goes by. */
interface Reading {
  budget: Budget;
  /** Whose quota it counts against: not that of the asset's owner. */
  project: string;
}

const MOST_ASSETS = 50;
const BUDGET_MS = 5_000;
const AT_ONCE = 10;
const DESTINATION = 'assetExportOptions.earthEngineDestination.name';

/** Builds the check of everything a request names in Earth Engine, made with the service's own credentials. */
export function createPreflight({ earthEngine, clock, principal }: PreflightOptions) {
  /** Reads every asset in the graph, the destination and its folder: 50 assets and 5 s at the most. */
  return async function preflight(request: ExportRequest): Promise<PreflightResult> {
    const budget = startBudget(BUDGET_MS, { clock });
    const reading = { budget, project: request.project };
    const result: PreflightResult = { violations: [], warnings: [] };
    const account = (await principal?.()) ?? 'SERVICE_ACCOUNT_EMAIL';
    const references = assetReferences(JSON.parse(request.graph));
    const distinct = [...new Map(references.map((reference) => [reference.id, reference])).values()];
    const checks = [
      () => checkDestination(request, reading, result),
      () => checkParent(request, reading, result),
      ...distinct.slice(0, MOST_ASSETS).map((reference) => () => checkInput(reference, { reading, result, account })),
    ];
    try {
      await concurrently(checks, AT_ONCE, (check) => check());
    } finally {
      budget.release();
    }
    if (distinct.length > MOST_ASSETS) {
      const description = `${distinct.length} assets are named; only the first ${MOST_ASSETS} were read`;
      result.warnings.push({ field: 'expression', description });
    }
    return result;
  };

  async function read(name: string, { budget, project }: Reading): Promise<Answer> {
    const timeoutMs = budget.remainingMs();
    if (timeoutMs <= 0) return { kind: 'unanswered', cause: 'no time was left', sent: false };
    return earthEngine.getAsset(name, { timeoutMs, signal: budget.signal, chargedProject: project });
  }

  async function checkInput(
    { id, path }: AssetReference,
    about: { reading: Reading; result: PreflightResult; account: string },
  ): Promise<void> {
    const name = toAssetName(id);
    const answer = await read(name, about.reading);
    if (answer.kind === 'answered' && (answer.status === 403 || answer.status === 404)) {
      const description =
        `Cannot read asset "${id}" as ${about.account}: Earth Engine answers ${answer.status}; ` +
        `check the name and share it: earthengine acl ch -u ${about.account}:R ${name}`;
      about.result.violations.push({ field: path, description });
    } else warnUnlessRead(answer, { field: path, name, result: about.result });
  }

  async function checkDestination(request: ExportRequest, reading: Reading, result: PreflightResult): Promise<void> {
    const answer = await read(request.asset, reading);
    if (answer.kind === 'answered' && answer.status === 404) return;
    if (answer.kind !== 'answered' || answer.status !== 200) {
      return warnUnlessRead(answer, { field: DESTINATION, name: request.asset, result });
    }
    if (request.overwrite) return;
    const description =
      `Cannot write asset "${request.asset}": there is one; ` +
      'set assetExportOptions.earthEngineDestination.overwrite to true or choose another name';
    result.violations.push({ field: DESTINATION, description });
  }

  async function checkParent(request: ExportRequest, reading: Reading, result: PreflightResult): Promise<void> {
    const parent = toParentFolders(request.asset).at(-1);
    if (parent === undefined) return;
    const answer = await read(parent, reading);
    if (answer.kind !== 'answered' || answer.status !== 404) {
      return warnUnlessRead(answer, { field: DESTINATION, name: parent, result });
    }
    if (request.createParents) return;
    const description =
      `Cannot write asset "${request.asset}": there is no folder "${parent}"; ` +
      `create it (earthengine create folder ${parent}) or send createParents: true`;
    result.violations.push({ field: DESTINATION, description });
  }
}

function warnUnlessRead(answer: Answer, about: { field: string; name: string; result: PreflightResult }): void {
  if (answer.kind === 'answered' && answer.status === 200) return;
  const why = answer.kind === 'answered' ? `Earth Engine answers ${answer.status}` : answer.cause;
  about.result.warnings.push({ field: about.field, description: `Asset "${about.name}" could not be read: ${why}` });
}
