import Database from 'better-sqlite3';
import { CatalogError, translate } from './errors.ts';

/** A lock among the processes of one station. */
export interface StationLock {
  release(): void;
}

/**
 * Takes the lock that a file of the profile stands for, or answers null where others have it in a way that does not allow this: any number may have it
 * shared, or one exclusively. The system gives it back when the process ends, however it ends: SQLite's own file lock is held for it, so no
 * process number is ever trusted. The file stays, empty. Its folder must exist, on a local disk.
 * Throws CatalogError where that disk is full or does not let a file be made or locked.
 */
export function takeStationLock(file: string, how: 'shared' | 'exclusive'): StationLock | null {
  const database = openedAt(file);
  try {
    // Reading begins the shared lock, which lasts as long as the transaction.
    database.exec(how === 'shared' ? 'BEGIN; SELECT count(*) FROM sqlite_schema' : 'BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw inSentence(error);
  }
  return { release: () => void database.close() };
}

function openedAt(file: string): Database.Database {
  try {
    return new Database(file, { timeout: 0 });
  } catch (error) {
    throw inSentence(error);
  }
}

function inSentence(error: unknown): unknown {
  const trouble = translate(error);
  if (!(trouble instanceof CatalogError)) return error;
  const what = trouble.trouble === 'full' ? 'is full' : 'does not let files be written';
  return new CatalogError(trouble.trouble, `The disk that holds your profile ${what}, so other programs of this workstation cannot be kept away.`, error);
}
