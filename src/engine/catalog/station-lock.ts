import Database from 'better-sqlite3';

/** A lock among the processes of one station. */
export interface StationLock {
  release(): void;
}

/**
 * Takes the lock that a file of the profile stands for, or answers null where another process, or another part of this one, has it. The system
 * gives it back when the process ends, however it ends: SQLite's own file lock is held for it, so no process number is ever trusted. The file
 * stays, empty. Its folder must exist, on a local disk.
 */
export function takeStationLock(file: string): StationLock | null {
  // Long enough to pass by someone who only looks whether it is held.
  const database = new Database(file, { timeout: 50 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
  return { release: () => void database.close() };
}

/** Whether someone has the lock now. A lock whose file was never made is free. */
export function isStationLockHeld(file: string): boolean {
  let database;
  try {
    database = new Database(file, { timeout: 0, fileMustExist: true });
  } catch (error) {
    // SQLITE_CANTOPEN, or a TypeError where the folder is missing: nobody ever took it.
    if (error instanceof TypeError || (error instanceof Database.SqliteError && error.code === 'SQLITE_CANTOPEN')) return false;
    throw error;
  }
  try {
    database.exec('BEGIN EXCLUSIVE');
    return false;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return true;
    throw error;
  } finally {
    database.close();
  }
}
