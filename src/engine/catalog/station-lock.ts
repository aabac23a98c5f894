import Database from 'better-sqlite3';

/** A lock among the processes of one station. */
export interface StationLock {
  release(): void;
}

/**
 * Takes the lock that a file of the profile stands for, or answers null where others have it in a way that does not allow this: any number may have it
 * shared, or one exclusively. The system gives it back when the process ends, however it ends: SQLite's own file lock is held for it, so no
 * process number is ever trusted. The file stays, empty. Its folder must exist, on a local disk.
 */
export function takeStationLock(file: string, how: 'shared' | 'exclusive'): StationLock | null {
  const database = new Database(file, { timeout: 0 });
  try {
    // Reading begins the shared lock, which lasts as long as the transaction.
    database.exec(how === 'shared' ? 'BEGIN; SELECT count(*) FROM sqlite_schema' : 'BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
  return { release: () => void database.close() };
}
