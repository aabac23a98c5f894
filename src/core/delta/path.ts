/** Paths of a Delta log: URIs relative to the table's folder (RFC 2396 section 2; PROTOCOL.md "Add File and Remove File"). */

const plain = /^[A-Za-z0-9\-_.!~*'()]$/;
const encoder = new TextEncoder();

/** The text for the log of a path with `/` between its names. Everything that RFC 2396 does not call unreserved is encoded, `%` itself too, name by name. */
export function encodePath(path: string): string {
  let text = '';
  for (const character of path) {
    if (character === '/' || plain.test(character)) text += character;
    else for (const byte of encoder.encode(character)) text += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

/**
 * The path that a log's text means; null where it is not relative to the table, leads out of it, or is not well-formed: an absolute URI of another writer is
 * nothing that a table in this lake can have.
 */
export function decodePath(text: string): string | null {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) || text.startsWith('/')) return null;
  let path: string;
  try {
    path = decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
  const names = path.split('/');
  return names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0')) ? null : path;
}
