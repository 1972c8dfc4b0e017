/** The one of `names` that `name` was probably meant to be (case, underscores and two typing errors forgiven). */
export function closestName(name: string, names: Iterable<string>): string | undefined {
  if (name.length > 64) return undefined;
  const wanted = toPlain(name);
  let best: { name: string; distance: number } | undefined;
  for (const candidate of names) {
    const distance = editDistance(wanted, toPlain(candidate));
    if (distance < (best?.distance ?? 3) && distance < candidate.length / 2) best = { name: candidate, distance };
  }
  return best?.name;
}

function toPlain(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(swap, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
