/**
 * Text that came from outside, as it may be kept: well-formed Unicode (a lone surrogate cannot be stored) of at most
 * `most` UTF-16 units, the last of which tells of what was cut off.
 */
export function toBoundedText(text: string, most: number): string {
  const kept = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return kept.toWellFormed();
}
