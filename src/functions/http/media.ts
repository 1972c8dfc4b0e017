/**
 * Why the body of a POST is not read: a page of another site can send any other type without asking first (CORS
 * preflight).
 */
export function mediaFault(contentType: string | undefined, contentEncoding: string | undefined): string | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') return 'its Content-Type is not application/json';
  return encodingFault(contentEncoding);
}

/** Why no body is read: bytes that are packed are neither what was measured nor what was signed. */
export function encodingFault(contentEncoding: string | undefined): string | undefined {
  const isPlain = contentEncoding === undefined || contentEncoding.trim().toLowerCase() === 'identity';
  return isPlain ? undefined : 'its Content-Encoding is not identity';
}
