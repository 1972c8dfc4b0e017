import model from './cost-table.json' with { type: 'json' };

const DAYS = 30;
const KIB_OF_GIB = 1024 ** 2;
const KIB_OF_TIB = 1024 ** 3;
const { prices, usage } = model;

/** What each part costs a month, in US dollars at list price, for so many exports a day that come by Pub/Sub. */
export function toCosts(exportsPerDay: number) {
  const exports = exportsPerDay * DAYS;
  const ticks = usage.ticksPerDay * DAYS;
  const submitSeconds = exports * usage.secondsPerSubmission;
  const tickSeconds = ticks * usage.secondsPerTick + exports * usage.secondsPerExportInTicks;
  const kept = exportsPerDay * usage.retentionDays * usage.storedKibPerExport;
  return {
    'Cloud Run: submitting':
      submitSeconds * (prices.vcpuSecond + usage.gibOfSubmitter * prices.gibSecond) + exports * prices.request,
    'Cloud Run: polling':
      tickSeconds * (prices.vcpuSecond + usage.gibOfPoller * prices.gibSecond) + ticks * prices.request,
    'Firestore: operations':
      (exports * usage.readsPerExport + ticks * usage.readsPerTick) * prices.documentRead +
      (exports * usage.writesPerExport + ticks * usage.writesPerTick) * prices.documentWrite +
      exports * usage.deletesPerExport * prices.documentDelete,
    'Firestore: storage': (kept / KIB_OF_GIB) * prices.documentGibMonth,
    // Published once and delivered once, each.
    'Pub/Sub': ((exports * 2 * (usage.requestKib + usage.eventKib)) / KIB_OF_TIB) * prices.messageTib,
    'Cloud Logging': ((exports * usage.logKibPerExport + ticks * usage.logKibPerTick) / KIB_OF_GIB) * prices.logGib,
    'Cloud Scheduler': prices.jobMonth,
    Alerts: usage.alertConditions * prices.alertConditionMonth,
  };
}

/** The costs as a Markdown table, a column for each number of exports a day. */
export function toCostTable(columns: readonly number[]): string {
  const costs = columns.map(toCosts);
  const parts = Object.keys(toCosts(0)) as (keyof ReturnType<typeof toCosts>)[];
  const totals = costs.map((cost) => parts.reduce((sum, part) => sum + cost[part], 0));
  const rows = [
    ['exports a day', ...columns.map((count) => count.toLocaleString('en-US'))],
    ['---', ...columns.map(() => '---:')],
    ...parts.map((part) => [part, ...costs.map((cost) => toDollars(cost[part]))]),
    ['**all parts**', ...totals.map(toDollars)],
    ['for one export', ...totals.map((total, index) => toDollars(total / ((columns[index] ?? 1) * DAYS)))],
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function toDollars(value: number): string {
  return value >= 0.01 ? `$${value.toFixed(2)}` : `$${value.toPrecision(1)}`;
}

if (import.meta.main) console.log(toCostTable([10, 1_000, 100_000]));
