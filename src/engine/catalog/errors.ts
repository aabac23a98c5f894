import Database from 'better-sqlite3';

/**
 * What can be wrong with a catalog file that is nobody's bug:
 * `damaged` it is no readable catalog: set it aside and rebuild it; `newer` a newer program made it; `busy` another process of this station
 * has been writing for longer than the wait; `full` the disk of the profile is full; `unusable` it can be neither opened nor written.
 */
export type CatalogTrouble = 'damaged' | 'newer' | 'busy' | 'full' | 'unusable';

/** Any call on an open catalog may raise this. The lake is not touched by it: a catalog can always be set aside and rebuilt. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
  readonly trouble: CatalogTrouble;

  constructor(trouble: CatalogTrouble, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.trouble = trouble;
  }
}

const sentences: Readonly<Record<CatalogTrouble, string>> = {
  damaged: 'The catalog of this lake on this computer is damaged. The lake itself is not affected; the catalog can be set aside and built again.',
  newer: 'The catalog of this lake on this computer was made by a newer version of HMS-DTA. The lake itself is not affected.',
  busy: 'Another HMS-DTA program on this computer has been updating the catalog of this lake for too long. Nothing was changed; try again.',
  full: 'The disk that holds your profile is full, so the catalog of this lake could not be updated. The lake itself is not affected; free some space and try again.',
  unusable: 'The catalog of this lake on this computer cannot be opened or written. The lake itself is not affected; check the folder of your profile.',
};

/** SQLite's result codes, extended ones included: https://www.sqlite.org/rescode.html. */
function troubleOf(code: string): CatalogTrouble | null {
  if (/^SQLITE_(?:CORRUPT|NOTADB|FORMAT)/.test(code)) return 'damaged';
  if (/^SQLITE_(?:BUSY|LOCKED|PROTOCOL)/.test(code)) return 'busy';
  if (code.startsWith('SQLITE_FULL')) return 'full';
  if (/^SQLITE_(?:CANTOPEN|READONLY|IOERR|PERM|AUTH|NOLFS|TOOBIG)/.test(code)) return 'unusable';
  return null;
}

/** A `CatalogError` with its plain sentence. */
export function catalogError(trouble: CatalogTrouble, cause?: unknown): CatalogError {
  return new CatalogError(trouble, sentences[trouble], cause);
}

/** Turns what SQLite raised into a `CatalogError`; anything else (a bug) is given back as it is. */
export function translate(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  // JSON is only ever written whole here, so that JSON which cannot be read is rot in the file.
  const trouble = error.message === 'malformed JSON' ? 'damaged' : troubleOf(error.code);
  return trouble === null ? error : catalogError(trouble, error);
}
