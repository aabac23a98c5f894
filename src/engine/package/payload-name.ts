import { createHash } from 'node:crypto';
import { ContentPathMapper } from '../../core/index.ts';
import type { LogicalPath } from '../../contract/index.ts';

/** `=`, and white space other than the plain space and what content paths encode themselves (control characters). */
const CODED_FIRST = /[=\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/g;

/**
 * Gives the files of one version their names in packages: docs/formats/export.md section 2. Names come in order of logical path, because which of two
 * twins keeps its name depends on the order.
 *
 * No name holds `%`, `\`, CR or LF: a strict reader of RFC 8493 turns `%25` into `%` where `sha256sum -c` does not, and escapes are read alike by nobody. White
 * space other than the space is coded because readers of manifests split or trim lines at it (Python: U+2028, a no-break space at the end).
 */
export class PayloadNames {
  readonly #mapper = new ContentPathMapper(sha256);

  /** The name below `data/`. */
  map(path: LogicalPath): string {
    const coded = path.replace(CODED_FIRST, codeOf);
    return this.#mapper.map(coded as LogicalPath).replaceAll('%', '=');
  }
}

function codeOf(character: string): string {
  let code = '';
  for (const byte of new TextEncoder().encode(character)) code += `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return code;
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
