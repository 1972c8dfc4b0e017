/**
 * Text from a service as it may go to a terminal: without the characters by which it could move the cursor, change
 * colours or turn the reading direction. Line breaks become spaces.
 */
export function toPlainText(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '�');
}
