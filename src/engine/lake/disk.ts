/**
 * The write calls of the operating system that this program makes, and no others: the seam at which tests inject faults, crashes and
 * schedules. Implemented by `systemDisk` in durable.ts, and by `localDisk` in local-disk.ts; reading does not go through it.
 */
export interface Disk {
  /** Opens a new file; `exclusive` fails with EEXIST where the name is taken, `truncate` empties it, `append` writes at its end. */
  create(path: string, how: 'exclusive' | 'truncate' | 'append', mode?: number): Promise<WriteHandle>;
  mkdir(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  /** fsync of a file that is already written. */
  syncFile(path: string): Promise<void>;
  /** fsync of a folder; does nothing where the system has no such thing (Windows). */
  syncFolder(path: string): Promise<void>;
  /** Flushes the whole file system that holds the path (syncfs). */
  syncFileSystem(path: string): Promise<void>;
  /**
   * Until the answer is called, what is below the folder is reached from there, where that is quicker than by its whole path; the folder has to be one that nobody else works in. Absent where it
   * never is. No write, so tests of faults need none.
   */
  readonly hold?: (folder: string) => Promise<() => Promise<void>>;
  /** The same for the copy loop of a worker thread, which is synchronous because that is 7 to 15 times faster for small files. */
  readonly blocking: BlockingDisk;
}

export interface WriteHandle {
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  /** Modification time by the file server's clock, in ms since 1970. */
  modified(): Promise<number>;
  close(): Promise<void>;
}

export interface BlockingDisk {
  /** Opens a new file exclusively and answers its descriptor. */
  createExclusive(path: string): number;
  /** Writes all of the bytes. */
  write(descriptor: number, bytes: Uint8Array): void;
  /** fsync. */
  sync(descriptor: number): void;
  close(descriptor: number): void;
  mkdir(path: string): void;
  unlink(path: string): void;
}
