import type { CheckVersion, CheckVersionResult } from './check-version.ts';
import { checkVersion } from './check-version.ts';
import type { DigestFiles, DigestFilesResult } from './digest-files.ts';
import { digestFiles } from './digest-files.ts';
import type { HashAlgorithms, HashAlgorithmsResult } from './hash-algorithms.ts';
import { hashAlgorithms } from './hash-algorithms.ts';
import type { HashFiles, HashFilesResult } from './hash-files.ts';
import { hashFiles } from './hash-files.ts';
import type { HashRanges } from './hash-ranges.ts';
import { hashRanges } from './hash-ranges.ts';
import type { ReadEntries, ReadEntriesResult } from './read-entries.ts';
import { readEntries } from './read-entries.ts';
import type { ReadOcflInventory, ReadOcflInventoryResult } from './read-ocfl-inventory.ts';
import { readOcflInventory } from './read-ocfl-inventory.ts';

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
 * @param buffer what files are read into; reused from task to task
 * @param tell is handed bytes of large files while they are being read
 */
export function runTask<T extends Task>(task: T, buffer: Uint8Array, tell: (bytes: number) => void): ResultOf<T>;
export function runTask(task: Task, buffer: Uint8Array, tell: (bytes: number) => void): Result {
  switch (task.kind) {
    case 'hashAlgorithms':
      return hashAlgorithms(task, buffer, tell);
    case 'hashFiles':
      return hashFiles(task, buffer, tell);
    case 'hashRanges':
      return hashRanges(task, buffer);
    case 'readEntries':
      return readEntries(task, buffer);
    case 'checkVersion':
      return checkVersion(task, buffer);
    case 'digestFiles':
      return digestFiles(task, buffer, tell);
    case 'readOcflInventory':
      return readOcflInventory(task, buffer);
  }
}
