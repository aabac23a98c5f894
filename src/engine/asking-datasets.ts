import { HmsError, parseVersionRef, versionName } from '../contract/index.ts';
import type { LogicalPath } from '../contract/index.ts';
import type { CatalogState, VersionDetail } from './catalog/index.ts';
import { foundVersion } from './files.ts';
import type { ReadableLake } from './open.ts';
import type { AskedState, RelationName, Relations, Snapshot, SnapshotWork, WrittenRows } from './query/index.ts';
import { sourceVersion } from './transform-world.ts';
import { FileThread, isTable, plainTable, TABLE_NAMES } from './transforms/index.ts';
import type { SourceFile } from './transforms/index.ts';

const KEPT = 'Nothing was changed.';

/** `dataset('WF-2024-07:v1', 'sensorA.csv')` in questions: a file of a version. CSV and JSON are tables of text, as they are written; Parquet files have their types. */
export class DatasetFiles implements Relations {
  readonly #lake: ReadableLake;

  constructor(lake: ReadableLake) {
    this.#lake = lake;
  }

  names(): readonly string[] {
    return [];
  }

  async find(name: RelationName, state: AskedState): Promise<Snapshot | null> {
    if (name.kind !== 'dataset') return null;
    const [ref = '', path] = name.arguments;
    const { version, instant } = this.#version(ref, state);
    const title = versionName(version.dataset, version.version);
    if (version.root === 'raw' || this.#isHealth(version)) {
      throw new HmsError('QUERY_REFUSED', `${title} is kept apart from other records (raw, or tagged phi), and is not read by questions.`, { kept: KEPT, next: 'Make a version without what has to be kept apart, in a dataset of its own, and ask that.' });
    }
    const file = await this.#file(version, path);
    return { key: `${title}/${file.path}`, version: title, instant, rows: rowsOf(file) };
  }

  #version(text: string, state: AskedState): { readonly version: VersionDetail; readonly instant: Snapshot['instant'] } {
    const ref = parseVersionRef(text);
    if (ref === null) throw new HmsError('USAGE', `"${text}" does not name a version.`, { kept: KEPT, next: 'Write ID, ID:v2, ID:tag, or ID@2024-07-30T23:59:59Z.' });
    if (state.kind === 'version') {
      if (ref.by !== 'newest') throw new HmsError('USAGE', `"${text}" names a version already, so AT (VERSION => ${state.version}) cannot.`, { kept: KEPT, next: `Write dataset('${ref.id}', …) in front of it.` });
      const found = foundVersion(ref.id, this.#lake.catalog.resolve({ id: ref.id, by: 'number', version: state.version as VersionDetail['version'] }));
      return { version: found, instant: found.at };
    }
    if (ref.by === 'instant') {
      if (state.kind === 'instant' && state.isExplicit) throw new HmsError('USAGE', `"${text}" says an instant already, and FOR SYSTEM_TIME another.`, { kept: KEPT, next: 'Leave one of them out.' });
      return { version: foundVersion(ref.id, this.#lake.catalog.resolve(ref)), instant: ref.at };
    }
    const then = this.#lake.catalog.stateOf({ at: state.at });
    // A state before the lake's first entry, in which nothing is.
    const before: CatalogState = { pos: -1, seq: null, at: state.at };
    return { version: foundVersion(ref.id, this.#lake.catalog.resolveAt(ref, then ?? before), state.kind === 'instant' ? state.at : null), instant: state.at };
  }

  /** A tag on any of its versions closes the whole dataset: earlier ones hold the same people. */
  #isHealth({ dataset }: VersionDetail): boolean {
    for (let below: number | null = null; ; ) {
      const page = this.#lake.catalog.versions(dataset, below, 200);
      if (page.some(({ tags }) => (tags as readonly string[]).includes('phi'))) return true;
      const last = page.at(-1);
      if (last === undefined || page.length < 200) return false;
      below = last.version;
    }
  }

  async #file(version: VersionDetail, path: string | undefined): Promise<SourceFile> {
    const source = await sourceVersion(this.#lake, version);
    if (path === undefined) {
      const tables: SourceFile[] = [];
      for (const file of source.files()) if (isTable(file.path) && tables.push(file) > 1) break;
      const [only, second] = tables;
      if (only !== undefined && second === undefined) return only;
      throw new HmsError('FILE_UNKNOWN', `${source.ref} has ${only === undefined ? `no table (no name ends in ${TABLE_NAMES})` : 'several tables'}, so the file has to be named.`, { kept: KEPT, next: `Write dataset('${source.ref}', 'NAME'); see the names with: hms dta files ${source.ref}` });
    }
    const file = source.fileAt(path as LogicalPath);
    if (file === null) throw new HmsError('FILE_UNKNOWN', `${source.ref} has no file "${path}".`, { kept: KEPT, next: `See the names with: hms dta files ${source.ref}` });
    if (!isTable(file.path)) throw new HmsError('CONTENT_REFUSED', `"${file.path}" is not a table: its name does not end in ${TABLE_NAMES}.`, { kept: KEPT });
    return file;
  }
}

function rowsOf(file: SourceFile): Snapshot['rows'] {
  if (file.path.toLowerCase().endsWith('.parquet')) {
    return { kind: 'parquet', file: file.stored, check: ({ signal }) => withThread(signal, async (thread) => void (await thread.run({ do: 'check', source: file }))) };
  }
  return { kind: 'written', write: (plain, work) => writeFile(file, plain, work) };
}

function writeFile(file: SourceFile, plain: string, { signal, write }: SnapshotWork): Promise<WrittenRows> {
  return withThread(signal, async (thread) => {
    const { table } = await plainTable(file, file.path, plain, {}, thread, { write });
    if (table.kind !== 'plain') throw new Error('A file that is no Parquet came out as Parquet.');
    return { columns: table.columns, longestRow: table.longestRow };
  });
}

async function withThread<T>(signal: AbortSignal, work: (thread: FileThread) => Promise<T>): Promise<T> {
  const thread = new FileThread(signal, () => undefined);
  try {
    return await work(thread);
  } finally {
    await thread.close();
  }
}
