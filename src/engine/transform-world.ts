import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError, versionName } from '../contract/index.ts';
import type { LogicalPath, OnProgress, Sha256 } from '../contract/index.ts';
import { takeStationLock } from './catalog/index.ts';
import type { FileRow, StationLock, VersionDetail } from './catalog/index.ts';
import { storedFiles } from './files.ts';
import { bytesOf, codeOf, ifMissing, inWords } from './lake/index.ts';
import type { Durable } from './lake/index.ts';
import { lakeProfile } from './open.ts';
import type { ReadableLake } from './open.ts';
import { QuerySession } from './query/index.ts';
import type { QueryProcess, QueryProcesses } from './query/index.ts';
import { NOTHING_LEFT } from './transforms/index.ts';
import type { Scratch, SourceFile, SourceVersion, World } from './transforms/index.ts';

/** What transforms are given of a lake: versions to read, a folder in the profile, the query process. */

/** A version as a source. Reads its inventory once. */
export async function sourceVersion(lake: ReadableLake, version: VersionDetail): Promise<SourceVersion> {
  const { dataset, version: number } = version;
  const ref = versionName(dataset, number);
  const stored = await storedFiles(lake, version);
  const source = ({ path, sha256, size }: FileRow): SourceFile => ({ ref, path, sha256, size, stored: stored(sha256 as Sha256) });
  return {
    ref,
    *files() {
      const files = lake.catalog.iterateFiles(dataset, number);
      if (files === null) {
        throw new HmsError('STORED_DAMAGED', `The files of ${ref} are not known: neither its words nor its inventory can be read.`, { kept: NOTHING_LEFT, next: 'Run `hms dta verify` on the lake.' });
      }
      for (const file of files) yield source(file);
    },
    fileAt(path: LogicalPath) {
      const file = lake.catalog.fileAt(dataset, number, path);
      return file === null ? null : source(file);
    },
  };
}

export interface ScratchFolder extends Scratch {
  /** For what DuckDB cannot hold in memory. */
  readonly temporary: string;
  readonly outputs: string;
  /** Where its inputs are. */
  readonly inputs: string;
  /** A number that was not given before, for a name in it. */
  next(): number;
  remove(file: string): Promise<void>;
  close(): Promise<void>;
  /** A part of it for one of several pieces of work: its inputs and outputs lie in folders within those of the whole. Closed by itself, or with the whole. */
  part(): Promise<ScratchFolder>;
}

const MAKING = 'Making a folder for temporary files in the profile';
const NOTHING_CHANGED = 'Nothing was changed.';

/**
 * A folder in this station's profile, on the local disk, for one transform. It is held by a lock that the system gives back with the process, so that what a
 * process left that was ended in the middle is known and removed by the next.
 */
export async function openScratch(lake: ReadableLake): Promise<ScratchFolder> {
  const { profileDurable: durable } = lake.ledger.context;
  const { place } = lakeProfile(lake.profile, lake.lake, lake.paths.root);
  const top = join(place, 'scratch');
  const locks = join(place, 'locks');
  return inWords(MAKING, NOTHING_CHANGED, async () => {
    await durable.makeFolder(top);
    await durable.makeFolder(locks);
    await sweep(top, locks, durable);
    const name = lake.clock.uuid();
    const lockFile = join(locks, `scratch-${name}`);
    const lock = takeStationLock(lockFile, 'exclusive');
    if (lock === null) throw new Error(`The lock of a new folder is held: ${lockFile}`);
    const folder = join(top, name);
    const [inputs, outputs, temporary] = [join(folder, 'inputs'), join(folder, 'outputs'), join(folder, 'temporary')];
    for (const one of [inputs, outputs, temporary]) await durable.makeFolder(one);
    return scratchIn({ inputs, outputs, temporary }, durable, () => unlessDiskFails(() => dropScratch(folder, lockFile, lock, durable)));
  });
}

function scratchIn({ inputs, outputs, temporary }: Pick<ScratchFolder, 'inputs' | 'outputs' | 'temporary'>, durable: Durable, close: () => Promise<void>): ScratchFolder {
  let given = 0;
  let parts = 0;
  return {
    temporary,
    inputs,
    outputs,
    next: () => given++,
    input: (number) => join(inputs, `${number}.csv`),
    output: (file) => join(outputs, file),
    write: (file, bytes) => writeScratch(durable, file, bytes),
    read: (file) => bytesOf(file),
    remove: (file) => durable.removeFile(file),
    close,
    part: async () => {
      const name = `part-${parts++}`;
      const own = { inputs: join(inputs, name), outputs: join(outputs, name) };
      await inWords(MAKING, NOTHING_CHANGED, async () => {
        for (const folder of Object.values(own)) await durable.makeFolder(folder);
      });
      return scratchIn({ ...own, temporary }, durable, () =>
        unlessDiskFails(async () => {
          for (const folder of Object.values(own)) await durable.removeTree(folder);
        }),
      );
    },
  };
}

/** Not flushed: nobody needs it after a crash. For this account alone: the records of others may be in it. */
async function writeScratch(durable: Durable, file: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const words = <T>(call: () => Promise<T>): Promise<T> => inWords('Writing a temporary file in the profile', NOTHING_CHANGED, call);
  const handle = await words(() => durable.disk.create(file, 'exclusive', 0o600));
  try {
    for await (const piece of bytes) await words(() => handle.write(piece));
  } finally {
    await handle.close();
  }
}

async function dropScratch(folder: string, lockFile: string, lock: StationLock, durable: Durable): Promise<void> {
  try {
    await durable.removeTree(folder);
  } finally {
    lock.release();
  }
  await durable.removeFile(lockFile);
}

/** What cannot be removed now, because the disk fails, the next one that is opened removes; who is told of the disk is told by the work that failed. */
async function unlessDiskFails(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (codeOf(error) === '') throw error;
  }
}

async function sweep(top: string, locks: string, durable: Durable): Promise<void> {
  for (const name of await readdir(top).catch(ifMissing([]))) {
    const lockFile = join(locks, `scratch-${name}`);
    const lock = takeStationLock(lockFile, 'exclusive');
    if (lock !== null) await dropScratch(join(top, name), lockFile, lock, durable);
  }
}

export interface WorldOptions {
  readonly sources: readonly SourceVersion[];
  readonly scratch: ScratchFolder;
  readonly processes: QueryProcesses;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** What a transform sees, and the query process behind it, to be closed. `engine` names the DuckDB that ran statements; null where none did. */
export class LakeWorld implements World {
  readonly sources: readonly SourceVersion[];
  readonly signal: AbortSignal;
  readonly scratch: ScratchFolder;
  engine: string | null = null;
  readonly #processes: QueryProcesses;
  readonly #onProgress: OnProgress;
  #process: QueryProcess | null = null;
  #session: QuerySession | null = null;
  #files = { done: 0, total: 0 };
  #bytes = { done: 0, total: 0 };

  constructor({ sources, scratch, processes, signal, onProgress }: WorldOptions) {
    this.sources = sources;
    this.scratch = scratch;
    this.signal = signal;
    this.#processes = processes;
    this.#onProgress = onProgress;
  }

  async judge(sql: string): ReturnType<World['judge']> {
    this.#process ??= this.#processes.take();
    return this.#process.judge(sql, null, this.signal);
  }

  async queries(files: readonly string[]): ReturnType<World['queries']> {
    const process = (this.#process ??= this.#processes.take());
    const session = new QuerySession(this.#processes, { files, output: this.scratch.outputs, temporary: this.scratch.temporary, process });
    this.#session = session;
    this.engine = `DuckDB ${await process.ready()}`;
    const { signal } = this;
    return {
      table: (table) => session.table(table, signal),
      numbers: async function* (sql) {
        for await (const part of session.select(sql, signal, true)) {
          if (!('rows' in part)) continue;
          const [column] = part.columns;
          if (!(column instanceof Int32Array)) throw new Error('The numbers of rows that the query process gives are no whole numbers.');
          yield column;
        }
      },
      write: (sql, file, format) => session.write(sql, file, format, signal),
    };
  }

  expect(files: number, bytes: number): void {
    this.#files.total = files;
    this.#bytes.total = bytes;
    this.#say();
  }

  read(bytes: number): void {
    this.#bytes.done += bytes;
    this.#say();
  }

  fileDone(): void {
    this.#files.done++;
    this.#say();
  }

  async close(): Promise<void> {
    await this.#session?.close();
    await this.#process?.close();
  }

  #say(): void {
    this.#onProgress({ phase: 'Transforming', filesDone: this.#files.done, filesTotal: this.#files.total, bytesDone: this.#bytes.done, bytesTotal: this.#bytes.total });
  }
}
