import type { CheckVersion, CheckVersionResult } from './check-version.ts';
import type { DigestFiles, DigestFilesResult } from './digest-files.ts';
import type { HashAlgorithms, HashAlgorithmsResult } from './hash-algorithms.ts';
import type { HashFiles, HashFilesResult } from './hash-files.ts';
import { hashFiles } from './hash-files.ts';
import type { HashRanges } from './hash-ranges.ts';
import type { ReadEntries, ReadEntriesResult } from './read-entries.ts';
import type { ReadOcflInventory, ReadOcflInventoryResult } from './read-ocfl-inventory.ts';

/** The pieces of work that can be done in any thread, since each depends only on its own input and the files that it names. */
export type Task = HashAlgorithms | HashFiles | HashRanges | ReadEntries | CheckVersion | DigestFiles | ReadOcflInventory;

interface Results {
  readonly hashAlgorithms: HashAlgorithmsResult;
  readonly hashFiles: HashFilesResult;
  readonly hashRanges: HashFilesResult;
  readonly readEntries: ReadEntriesResult;
  readonly checkVersion: CheckVersionResult;
  readonly digestFiles: DigestFilesResult;
  readonly readOcflInventory: ReadOcflInventoryResult;
}
export type ResultOf<T extends Task> = Results[T['kind']];
export type Result = Results[Task['kind']];

/**
 * Only what hashes files is there from the start; the rest, with the schemas and rules that it needs, is loaded when it is first asked for, so that a
 * thread begins to hash as soon as it is started. Nothing is waited for once the buffer is in use.
 *
 * @param buffer what files are read into; reused from task to task
 * @param tell is handed bytes of large files while they are being read
 */
export async function runTask<T extends Task>(task: T, buffer: Uint8Array, tell: (bytes: number) => void): Promise<ResultOf<T>>;
export async function runTask(task: Task, buffer: Uint8Array, tell: (bytes: number) => void): Promise<Result> {
  switch (task.kind) {
    case 'hashAlgorithms':
      return (await import('./hash-algorithms.ts')).hashAlgorithms(task, buffer, tell);
    case 'hashFiles':
      return hashFiles(task, buffer, tell);
    case 'hashRanges':
      return (await import('./hash-ranges.ts')).hashRanges(task, buffer);
    case 'readEntries':
      return (await import('./read-entries.ts')).readEntries(task, buffer);
    case 'checkVersion':
      return (await import('./check-version.ts')).checkVersion(task, buffer);
    case 'digestFiles':
      return (await import('./digest-files.ts')).digestFiles(task, buffer, tell);
    case 'readOcflInventory':
      return (await import('./read-ocfl-inventory.ts')).readOcflInventory(task, buffer);
  }
}
