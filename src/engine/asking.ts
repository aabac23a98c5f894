import { CancelledError, HmsError, instantOf } from '../contract/index.ts';
import type { Instant, Progress } from '../contract/index.ts';
import { nearestName, officeTime } from '../core/index.ts';
import { CatalogTables } from './asking-catalog.ts';
import { DatasetFiles } from './asking-datasets.ts';
import { WarehouseTables } from './asking-tables.ts';
import type { ReadableLake } from './open.ts';
import { askable, DUCKDB_MEMORY, originalPosition, QueryProcesses } from './query/index.ts';
import type { Answered, AskedState, ColumnStatistics, CopyFormat, Page, Parameters, Planned, QueryProcess, Reference, Relations, ResultColumn, Snapshot, TableSource } from './query/index.ts';
import { openScratch } from './transform-world.ts';
import type { ScratchFolder } from './transform-world.ts';

/** Questions: SQL over the catalog, files of versions and every other kind of table, as they are and as they were (docs/operations/query.md). */

export interface AskOptions {
  /** The instant that tables are of where the text says none: ISO, or the office's time where it has no offset. */
  readonly asOf?: string | null;
  /** Values of `$1`, `$name`. */
  readonly parameters?: Parameters;
  readonly signal: AbortSignal;
  /** Of a program that goes on running; else a process is started, and ended with the question. */
  readonly processes?: QueryProcesses;
  /** Tables beside those of the catalog and of files; asked first. */
  readonly relations?: readonly Relations[];
}

/** A table that a question reads, and the state of it: the header of the result. */
export interface RelationUsed {
  /** As it is written in the question: `versions`, `dataset('WF-2024-07:v1', 'sensorA.csv')`. */
  readonly name: string;
  readonly version: string;
  readonly instant: Instant;
  /** What was asked for: nothing (the newest), an instant in the text, the question's own instant, or a version. */
  readonly asked: 'now' | 'instant' | 'default' | 'version';
  /** The instant that was asked for, where it has not come yet: the newest state was read, and `instant` is the moment of the question. */
  readonly ahead?: Instant;
}

const KEPT = 'Nothing was changed.';
/** Room on the local disk for results that do not fit into memory. */
const TEMPORARY_BYTES = 50 * 2 ** 30;

/**
 * Plans a question and makes its tables ready; `run` then asks it. The lake is needed until this has answered, and no longer. Whoever gets a question closes it. Throws HmsError with
 * `facts.position` (UTF-16 units, with `line` and `column` from 1) where an error has a place in the text.
 */
export async function prepareQuestion(lake: ReadableLake, sql: string, options: AskOptions): Promise<Question> {
  const processes = options.processes ?? new QueryProcesses();
  const now = questionInstant(lake);
  const standard = options.asOf === undefined || options.asOf === null ? null : instantOfText(options.asOf, lake.lake.zone);
  const parameters = options.parameters ?? {};
  // It may have to be started, and looks at the text, beside the making of the folder.
  const process = processes.take();
  const planning = placed(sql, (position) => position, process.plan(sql, parameters, options.signal));
  planning.catch(() => 'thrown where it is waited for');
  const scratch = await openScratch(lake).catch(async (error: unknown) => {
    await process.close();
    throw error;
  });
  try {
    const plan = await planning;
    // Where the text says now(), that was a moment after `now`.
    const latest = questionInstant(lake);
    const providers = [...(options.relations ?? []), new CatalogTables(lake), new WarehouseTables(lake), new DatasetFiles(lake)];
    const found: { readonly snapshot: Snapshot; readonly used: RelationUsed }[] = [];
    for (const reference of plan.references) {
      found.push(await placed(sql, () => reference.position, findRelation(reference, providers, { now, latest, standard, zone: lake.lake.zone, firstRows: plan.firstRows })));
    }
    const tables = new Map<string, { readonly name: string; readonly snapshot: Snapshot }>();
    for (const { snapshot } of found) if (!tables.has(snapshot.key)) tables.set(snapshot.key, { name: `hms ${tables.size + 1}`, snapshot });
    const sources = await sourcesOf([...tables.values()], scratch, options.signal);
    await openProcess(process, sources, scratch, options.signal);
    const names = found.map(({ snapshot }) => tables.get(snapshot.key)?.name ?? '');
    return new Question({ sql, plan, names, used: found.map(({ used }) => used), parameters, process, scratch, all: wayToAll(found, sources, processes, scratch) });
  } catch (error) {
    await process.close();
    await scratch.close();
    throw error;
  }
}

/** The moment of a question: never before the newest entry, so that AS OF the instant that the header shows gives the same again. */
export function questionInstant({ clock, catalog }: ReadableLake): Instant {
  const now = instantOf(clock.now());
  const { lastEffectiveAt } = catalog.position();
  return lastEffectiveAt !== null && lastEffectiveAt > now ? lastEffectiveAt : now;
}

/** Of an instant that has not come yet nothing is known: what was read is the state of now, and only that gives the same when it is asked for again. */
export function come(instant: Instant, now: Instant, latest: Instant = now): { readonly instant: Instant; readonly ahead?: Instant } {
  return instant > latest ? { instant: now, ahead: instant } : { instant };
}

/** The instant that a person wrote; USAGE where it is none. */
export function instantOfText(text: string, zone: string): Instant {
  const time = officeTime(text, zone);
  switch (time.kind) {
    case 'instant':
      return time.at;
    case 'unreadable':
      throw new HmsError('USAGE', `"${text}" is no instant.`, { kept: KEPT, next: "Write '2024-07-30 23:59:59' (time of the office), or with an offset: '2024-07-30T23:59:59-04:00', '2024-07-31T03:59:59Z'." });
    case 'never':
      throw new HmsError('USAGE', `"${text}" is no time of ${zone}: the clocks were put forward over it.`, { kept: KEPT, next: 'Write it with an offset, such as -04:00.' });
    case 'twice':
      throw new HmsError('USAGE', `"${text}" came twice in ${zone}, because the clocks were put back: at ${time.first} and at ${time.second}.`, { kept: KEPT, next: 'Write one of these.' });
  }
}

interface Instants {
  readonly now: Instant;
  /** What is later has not come yet. */
  readonly latest: Instant;
  readonly standard: Instant | null;
  readonly zone: string;
}

interface Wanted extends Instants {
  readonly firstRows: Planned['firstRows'];
}

async function findRelation(reference: Reference, providers: readonly Relations[], wanted: Wanted): Promise<{ readonly snapshot: Snapshot; readonly used: RelationUsed }> {
  const { relation } = reference;
  const { firstRows } = wanted;
  const state = stateOf(reference, wanted);
  for (const provider of providers) {
    const snapshot = await provider.find(relation, state, reference.conditions, firstRows === null ? null : firstRows.limit + firstRows.offset);
    if (snapshot === null) continue;
    const name = relation.kind === 'table' ? relation.name : `dataset(${relation.arguments.map((text) => `'${text.replaceAll("'", "''")}'`).join(', ')})`;
    const asked = state.kind === 'instant' ? (state.isExplicit ? 'instant' : 'default') : state.kind;
    return { snapshot, used: { name, version: snapshot.version, ...come(snapshot.instant, wanted.now, wanted.latest), asked } };
  }
  const name = relation.kind === 'table' ? relation.name : 'dataset';
  const names = providers.flatMap((provider) => provider.names());
  const near = nearestName(name, names);
  throw new HmsError('QUERY_REFUSED', `There is no table "${name}" in this lake.${near === null ? '' : ` Is "${near}" meant?`}`, {
    kept: KEPT,
    next: `There are: ${names.slice(0, 40).join(', ')}; a file of a version is dataset('ID:v1', 'NAME').`,
    facts: { nearest: near },
  });
}

function stateOf({ at }: Reference, { now, standard, zone }: Instants): AskedState {
  if (at === null) return standard === null ? { kind: 'now', at: now } : { kind: 'instant', at: standard, isExplicit: false };
  if (at.unit === 'timestamp') return { kind: 'instant', at: instantOfText(at.value, zone), isExplicit: true };
  const version = /^v?(\d{1,9})$/.exec(at.value)?.[1];
  if (version === undefined) throw new HmsError('QUERY_REFUSED', `"${at.value}" is no number of a version.`, { kept: KEPT, next: 'Write AT (VERSION => 3).' });
  return { kind: 'version', version: Number(version) };
}

async function sourcesOf(tables: readonly { readonly name: string; readonly snapshot: Snapshot }[], scratch: ScratchFolder, signal: AbortSignal): Promise<readonly TableSource[]> {
  const sources: TableSource[] = [];
  const work = { signal, write: scratch.write };
  for (const [i, { name, snapshot }] of tables.entries()) {
    const { rows } = snapshot;
    if (rows.kind === 'parts') {
      sources.push({ kind: 'parts', name, columns: rows.columns, parts: rows.parts });
    } else if (rows.kind === 'parquet') {
      await rows.check(work);
      sources.push({ kind: 'parquet', name, file: rows.file });
    } else {
      const { columns, longestRow } = await rows.write(scratch.input(i), work);
      sources.push({ kind: 'plain', name, file: scratch.input(i), columns, longestRow });
    }
  }
  return sources;
}

function openProcess(process: QueryProcess, sources: readonly TableSource[], scratch: ScratchFolder, signal: AbortSignal): Promise<void> {
  const room = { temporary: scratch.temporary, temporaryBytes: TEMPORARY_BYTES, memoryBytes: DUCKDB_MEMORY, threads: 2, places: true };
  return process.open({ files: [], output: scratch.outputs, ...room }, signal, sources);
}

/** Where the process was given the first files of its one table only: another one that has all of them. */
function wayToAll(found: readonly { readonly snapshot: Snapshot }[], sources: readonly TableSource[], processes: QueryProcesses, scratch: ScratchFolder): Parts['all'] {
  const [rows, source] = [found[0]?.snapshot.rows, sources[0]];
  if (rows?.kind !== 'parts' || rows.whole === undefined || source?.kind !== 'parts') return null;
  const { whole } = rows;
  return async (signal) => {
    const process = processes.take();
    try {
      await openProcess(process, [{ ...source, parts: whole() }], scratch, signal);
      return process;
    } catch (error) {
      await process.close();
      throw error;
    }
  };
}

/** Says in an error where in the question it stands. `at` turns the place that it has, if any, into one of the question. */
export async function placed<T>(sql: string, at: (position: number | null) => number | null, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HmsError)) throw error;
    const told = error.facts['position'];
    const position = at(typeof told === 'number' ? told : null);
    if (position === null) throw error;
    const before = sql.slice(0, position).split(/\r\n|\n|\r/);
    const [line, column] = [before.length, (before.at(-1) ?? '').length + 1];
    const { code, kept = KEPT, next, facts } = error;
    throw new HmsError(code, `${error.message.replace(/\.$/, '')} (line ${line}, character ${column}).`, { kept, ...(next === undefined ? {} : { next }), facts: { ...facts, position, line, column }, cause: error.cause });
  }
}

interface Parts {
  readonly sql: string;
  readonly plan: Planned;
  readonly names: readonly string[];
  readonly used: readonly RelationUsed[];
  readonly parameters: Parameters;
  readonly process: QueryProcess;
  readonly scratch: ScratchFolder;
  /** A process that has all files, where the first ones were given to `process`. */
  readonly all: ((signal: AbortSignal) => Promise<QueryProcess>) | null;
}

export interface Asked {
  readonly columns: readonly ResultColumn[];
  readonly rows: number;
}

/** A question whose tables are ready. After `run` its result stands still and is read by row number, until `close`. Calls take turns. */
export class Question {
  readonly sql: string;
  /** One for each place of the text that names a table, in their order. */
  readonly relations: readonly RelationUsed[];
  readonly #parts: Parts;
  #process: QueryProcess;
  #asked: Answered | null = null;
  #isClosed = false;
  #turn: Promise<unknown> = Promise.resolve();
  #files = 0;

  constructor(parts: Parts) {
    this.sql = parts.sql;
    this.relations = parts.used;
    this.#parts = parts;
    this.#process = parts.process;
  }

  /** Whether the process that holds the result is still there. */
  get isGone(): boolean {
    return this.#process.isGone;
  }

  /** Asks, once. After the signal it is stopped within 200 ms, and the question is of no more use. */
  run(signal: AbortSignal, onProgress: (progress: Progress) => void = () => undefined): Promise<Asked> {
    const { plan, names, parameters, sql, all } = this.#parts;
    const asked = askable(plan, names);
    const tell = (share: number): void => onProgress({ phase: 'Asking', filesDone: Math.round(share * 100), filesTotal: 100, bytesDone: 0, bytesTotal: null });
    const place = (position: number | null): number | null => (position === null ? null : originalPosition(plan, asked, position));
    const ask = (): Promise<Answered> => placed(sql, place, this.#process.ask(asked.explain, asked.sql, parameters, signal, tell));
    return this.#inTurn(async () => {
      let answered = await ask();
      // The first files have too few rows that meet the WHERE.
      if (all !== null && answered.rows < (plan.firstRows?.limit ?? 0)) {
        await this.#replace(await all(signal));
        answered = await ask();
      }
      this.#asked = answered;
      return { columns: answered.columns, rows: answered.rows };
    });
  }

  /** Rows from a place on, 0 being the first; fewer than `limit` where they are long, and none behind the last. `cut`: cells of which only the first 65,536 characters are given. */
  page(from: number, limit: number, signal: AbortSignal): Promise<Page> {
    return this.#inTurn(() => {
      const asked = this.#asked;
      const isThere = asked !== null && from === 0 && asked.first.cut === 0 && (limit <= asked.first.rows.length || asked.rows === asked.first.rows.length);
      return isThere ? Promise.resolve({ rows: asked.first.rows.slice(0, limit), cut: 0 }) : this.#process.page(from, limit, signal);
    });
  }

  statistics(signal: AbortSignal): Promise<readonly ColumnStatistics[]> {
    return this.#inTurn(() => this.#process.statistics(signal));
  }

  /** The whole result as a file's bytes. They are written to the profile's disk first, and are gone from it when they were read. */
  async *bytes(format: CopyFormat, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { scratch } = this.#parts;
    const file = scratch.output(`result-${(this.#files += 1)}.${format}`);
    try {
      await this.#inTurn(() => this.#process.copy(file, format, signal));
      for await (const piece of scratch.read(file)) {
        if (signal.aborted) throw new CancelledError('Nothing was changed.');
        yield piece;
      }
    } finally {
      await scratch.remove(file);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#process.close();
    await this.#turn.catch(() => undefined);
    await this.#parts.scratch.close();
  }

  async #replace(process: QueryProcess): Promise<void> {
    const before = this.#process;
    this.#process = process;
    await (this.#isClosed ? process : before).close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(() => {
      if (this.isGone) throw new HmsError('QUERY_FAILED', 'The process that held this result is gone.', { kept: KEPT, next: 'Ask again.' });
      return work();
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
