export interface ManifestEntry {
  readonly kind: 'entry';
  /** Small hex digits. */
  readonly checksum: string;
  readonly path: string;
  /** Written as md5sum does. */
  readonly isMd5sum: boolean;
  /** White space before the checksum. */
  readonly isIndented: boolean;
}

/** One line of a manifest, taken apart. */
export type ManifestLine =
  | ManifestEntry
  | { readonly kind: 'blank' }
  | { readonly kind: 'remark' }
  | { readonly kind: 'wrong'; readonly why: string };

const entry = /^([ \t]*)(\\?)([0-9A-Fa-f]+)[ \t]+(\*?)(.+)$/s;
const escapes: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' };

/**
 * RFC 8493 section 2.1.3: checksum, white space, path; and what md5sum and its like write (section 6.1.3).
 * @param digits hex digits that a checksum of the manifest's algorithm has; null where that is not known
 */
export function parseManifestLine(line: string, digits: number | null): ManifestLine {
  if (line.trim() === '') return { kind: 'blank' };
  if (line.startsWith('#')) return { kind: 'remark' };
  const found = entry.exec(line);
  if (found === null || line.includes('\0')) return { kind: 'wrong', why: 'it is not a checksum in hex digits, white space and a path' };
  const [, indent = '', escaped = '', checksum = '', star = '', path = ''] = found;
  if (digits !== null && checksum.length !== digits) return { kind: 'wrong', why: `its checksum has ${String(checksum.length)} digits instead of ${String(digits)}` };
  return {
    kind: 'entry',
    checksum: checksum.toLowerCase(),
    path: escaped === '' ? path : path.replaceAll(/\\[\\nr]/g, (pair) => escapes[pair] ?? pair),
    isMd5sum: escaped !== '' || star !== '',
    isIndented: indent !== '',
  };
}
