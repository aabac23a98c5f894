import { CancelledError, HmsError, tableVersionName } from '../contract/index.ts';
import type { Instant, OnProgress } from '../contract/index.ts';
import type { TableVersionDetail } from '../core/index.ts';
import { come, instantOfText, questionInstant } from './asking.ts';
import { openPlace } from './export-place.ts';
import { tableShelf } from './finish.ts';
import { inWords } from './lake/index.ts';
import type { ReadableLake } from './open.ts';
import { DUCKDB_MEMORY, QueryProcesses } from './query/index.ts';
import type { PublicationNote, TableSource } from './query/index.ts';
import { tableFiles } from './tables/index.ts';
import { openScratch } from './transform-world.ts';

/** The tables of a lake at one instant as a plain DuckDB file, for programs that know no lake: docs/operations/query.md. */

export interface PublishOptions {
  /** ISO, or the office's time where it has no offset; now where it is left out. */
  readonly asOf?: string;
  /** Whether a file that stands there is replaced. */
  readonly replace?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Of a program that goes on running. */
  readonly processes?: QueryProcesses;
}

export interface PublishedFile {
  /** Absolute. */
  readonly file: string;
  readonly bytes: number;
  readonly asOf: Instant;
  /** The instant that was asked for, where it has not come yet: the tables are those of now. */
  readonly ahead?: Instant;
  readonly tables: readonly { readonly table: string; readonly version: number; readonly committed: Instant; readonly rows: number }[];
  /** Tables that were not there yet at that instant. */
  readonly later: readonly string[];
}

/** The table in the file that says what the others are. */
const NOTES = 'hms_dta_published';
const NOTHING = 'Nothing was published.';
const TEMPORARY_BYTES = 50 * 2 ** 30;

/**
 * Writes all tables, as they were at one instant, into a new DuckDB file outside of the lake. It is made on the local disk of the profile by a process that reaches the files of these tables and
 * nothing else, and appears at its place when it is whole. USAGE where there was no table at that instant, TARGET_EXISTS where something stands there.
 */
export async function publishTables(lake: ReadableLake, target: string, { asOf, replace = false, signal, onProgress, processes = new QueryProcesses() }: PublishOptions): Promise<PublishedFile> {
  const now = questionInstant(lake);
  const { instant, ahead } = come(asOf === undefined ? now : instantOfText(asOf, lake.lake.zone), now);
  const { versions, later } = versionsAt(lake, instant);
  if (versions.length === 0) {
    throw new HmsError('USAGE', later.length === 0 ? 'This lake has no tables yet.' : `No table was there at ${instant}.`, { kept: NOTHING, next: later.length === 0 ? 'Tables are made of raw drops, under a contract.' : `There are now: ${later.join(', ')}. Ask for a later instant.` });
  }
  const place = await openPlace(lake, target, { form: 'zip', replace }).catch((error: unknown) => {
    throw error instanceof HmsError ? new HmsError(error.code, error.message, { ...(error.next === undefined ? {} : { next: error.next }), kept: NOTHING, facts: error.facts, cause: error }) : error;
  });
  const scratch = await openScratch(lake);
  const process = processes.take();
  try {
    const sources = versions.map((version) => ({ version, source: sourceOf(lake, version) }));
    const files = sources.flatMap(({ source }) => source.parts.flatMap((part) => part.files));
    const made = scratch.output('published.duckdb');
    await process.publish(made, signal);
    await process.open({ files, output: scratch.outputs, temporary: scratch.temporary, temporaryBytes: TEMPORARY_BYTES, memoryBytes: DUCKDB_MEMORY, threads: 2 }, signal);
    const notes: PublicationNote[] = [];
    const bytesTotal = versions.reduce((sum, { totals }) => sum + (totals?.bytes ?? 0), 0);
    let bytesDone = 0;
    const say = (phase: string): void => onProgress({ phase, filesDone: notes.length, filesTotal: versions.length, bytesDone, bytesTotal });
    for (const { version, source } of sources) {
      say(`Copying ${version.table}`);
      const title = tableVersionName(version.table, version.version);
      const rows = await process.publishTable(source, `${title} of the lake ${lake.lake.id}, as of ${instant}`, signal);
      if (version.totals !== null && rows !== version.totals.rows) {
        throw new HmsError('TABLE_DAMAGED', `The files of ${title} hold ${rows} rows, and the ledger says ${version.totals.rows}.`, { kept: NOTHING, next: 'Run `hms dta verify` on the lake.' });
      }
      notes.push({ table: version.table, version: version.version, committed: version.at, asOf: instant, rows, lake: lake.lake.id, entry: version.seq });
      bytesDone += version.totals?.bytes ?? 0;
    }
    say('Writing the file');
    await process.publishEnd(notesName(versions), notes, signal);
    // Its file is not whole before the process has let go of it.
    await process.close();
    const size = await inWords(`Writing ${place.target}`, NOTHING, async () => {
      const written = await place.durable.writeNew(place.part, until(scratch.read(made), signal));
      await place.publish();
      return written.size;
    });
    return { file: place.target, bytes: size, asOf: instant, ...(ahead === undefined ? {} : { ahead }), tables: notes.map(({ table, version, committed, rows }) => ({ table, version, committed, rows })), later };
  } catch (error) {
    await place.giveUp();
    throw error;
  } finally {
    await process.close();
    await scratch.close();
    place.release();
  }
}

async function* until(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (signal.aborted) throw new CancelledError(NOTHING);
    yield piece;
  }
}

function versionsAt({ catalog }: ReadableLake, instant: Instant): { readonly versions: readonly TableVersionDetail[]; readonly later: readonly string[] } {
  const names = catalog.tables.all().map(({ table }) => table);
  const found = names.map((table) => ({ table, version: catalog.tables.versionAt(table, instant) }));
  return { versions: found.flatMap(({ version }) => version ?? []), later: found.filter(({ version }) => version === null).map(({ table }) => table) };
}

function sourceOf(lake: ReadableLake, version: TableVersionDetail): Extract<TableSource, { kind: 'parts' }> {
  const { columns, parts } = tableFiles(tableShelf(lake), version);
  return { kind: 'parts', name: version.table, columns, parts };
}

/** A table of the lake may have that very name. */
function notesName(versions: readonly TableVersionDetail[]): string {
  let name = NOTES;
  while (versions.some(({ table }) => table === name)) name += '_';
  return name;
}
