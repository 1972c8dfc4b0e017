/** A row of the table: what was measured, of whom, and the bound that is wanted, where there is one. */
export interface Row {
  what: string;
  ours: string;
  theirs: string;
  ratio: string;
  wanted: string;
  /** Whether the bound was missed, and whether by so much that something must have broken. */
  missed: boolean;
  alarming: boolean;
}

/** What is wanted at most or at least, and from where on something must have broken, however loaded the machine is. */
export type Bound = { most: number; alarm: number } | { least: number; alarm: number };

/** Figures of two contestants, the n-th of each taken one after the other. */
export interface Pair {
  what: string;
  unit: string;
  ours: readonly number[];
  theirs: readonly number[];
  theirName: string;
  /** Of the median of the ratios ours / theirs. */
  bound?: Bound;
}

/** The value below which a share of the numbers is. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The ratio is the median of the ratios of each pair, so that a slower minute of the machine is in both. */
export function toRow({ what, unit, ours, theirs, theirName, bound }: Pair): Row {
  const ratios = ours.map((value, index) => value / (theirs[index] ?? Number.NaN));
  const ratio = quantile(ratios, 0.5);
  const row = {
    what,
    ours: describe(ours, unit),
    theirs: `${theirName}: ${describe(theirs, unit)}`,
    ratio: `${toShort(ratio)} (${toShort(quantile(ratios, 0.25))} to ${toShort(quantile(ratios, 0.75))})`,
  };
  return { ...row, ...judge(ratio, bound, '') };
}

/** A row for a figure that is compared with nothing but a bound in its own unit. */
export function toSingleRow(what: string, unit: string, values: readonly number[], bound?: Bound): Row {
  const row = { what, ours: describe(values, unit), theirs: '', ratio: '' };
  return { ...row, ...judge(quantile(values, 0.5), bound, ` ${unit}`) };
}

function judge(value: number, bound: Bound | undefined, unit: string): Pick<Row, 'wanted' | 'missed' | 'alarming'> {
  if (!bound) return { wanted: '', missed: false, alarming: false };
  if ('most' in bound)
    return { wanted: `at most ${bound.most}${unit}`, missed: value > bound.most, alarming: !(value <= bound.alarm) };
  return { wanted: `at least ${bound.least}${unit}`, missed: value < bound.least, alarming: !(value >= bound.alarm) };
}

/** Rows as a Markdown table. */
export function toTable(rows: readonly Row[]): string {
  const lines = rows.map(({ what, ours, theirs, ratio, wanted, missed }) => {
    const verdict = missed ? `**missed:** ${wanted}` : wanted;
    return `| ${[what, ours, theirs, ratio, verdict].join(' | ')} |`;
  });
  return ['| what | ours | compared with | ratio | wanted |', '|---|---|---|---|---|', ...lines].join('\n');
}

/** The median, and the quartiles around it. */
function describe(values: readonly number[], unit: string): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => toShort(quantile(values, share)));
  return low === high ? `${middle} ${unit}` : `${middle} ${unit} (${low} to ${high})`;
}

function toShort(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
