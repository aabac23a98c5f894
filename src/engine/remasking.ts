import { HmsError, MAX_REFS } from '../contract/index.ts';
import type { DropId, OnProgress, Ref, TableName } from '../contract/index.ts';
import { canonicalJson } from '../core/index.ts';
import type { TableVersionDetail, TableView } from '../core/index.ts';
import type { DropDetail } from './catalog/index.ts';
import { contractOf } from './contracting.ts';
import type { NamedContract } from './contracting.ts';
import { isReplaced, secretOfTable } from './masking.ts';
import type { MaskSecret } from './masks/index.ts';
import { normalizeBatch } from './normal-batch.ts';
import { writeRows } from './normal-write.ts';
import { BATCH } from './normalize/index.ts';
import { CONTRACT_DOMAIN, hiddenColumns } from './normal-shape.ts';
import type { ReadableLake, WritableLake } from './open.ts';
import type { QueryProcesses } from './query/index.ts';
import { dropContent } from './raw-drops.ts';
import { PROGRAM } from './station.ts';
import { arrivalsOf } from './table-history.ts';
import { partsOf, tableDesk, writeCheckpoints } from './table-rows.ts';
import { commitTables, linesUnknown, tableUnknown } from './tables/index.ts';
import type { NewPart, TableDefinition } from './tables/index.ts';

/**
 * The rows of a table made again from the raw drops that they came from, under the contracts that they came under, and masked with another secret: one version of the table, or none. Its older
 * versions keep their files and their old masks.
 */

/** Drops that came under one contract, few enough to be read together. */
interface Batch {
  readonly contract: NamedContract;
  readonly drops: readonly DropDetail[];
}

export interface RemaskPlan {
  readonly table: TableName;
  readonly base: TableVersionDetail;
  readonly batches: readonly Batch[];
  readonly drops: number;
  /** Of the drops. */
  readonly bytes: number;
}

export interface RemaskWorld {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly processes: QueryProcesses;
}

export interface RemaskedTable {
  readonly table: TableName;
  readonly version: TableVersionDetail;
  readonly drops: number;
  readonly rows: number;
}

/** Others may compact the table at the same time. */
const ATTEMPTS = 3;
/** One of each is the version before and the new one. */
const MOST_SOURCES = MAX_REFS - 2;

/** How the rows of a table can be made again; a sentence that says why they cannot. */
export async function remaskPlan(lake: ReadableLake, table: TableName): Promise<RemaskPlan | string> {
  const base = lake.catalog.tables.version(table, null);
  if (base === null) throw tableUnknown(table);
  const batches: { contract: NamedContract; drops: DropDetail[]; bytes: number }[] = [];
  let [count, bytes] = [0, 0];
  const arrivals = await arrivalsOf(lake, table);
  const posted = arrivals.filter(({ transform }) => transform === 'insert');
  if (posted.length > 0) return `${table} has rows that a program posted (${versionsText(posted.map(({ version }) => version.version))}), of which there is no raw file.`;
  for (const { version, transform, drops } of arrivals) {
    if (transform !== 'normalize' || version.contract === null) return `How the rows of ${table}:v${version.version} were made is not known.`;
    const contract = readable(() => contractOf(lake, `${version.contract?.name ?? ''}:${version.contract?.sha256 ?? ''}`));
    if (contract === null) return `The contract under which the rows of ${table}:v${version.version} were made cannot be read.`;
    for (const id of drops) {
      const drop = await wholeDrop(lake, id);
      if (typeof drop === 'string') return `${drop} Its rows are in ${table}.`;
      const size = drop.size ?? 0;
      const last = batches.at(-1);
      if (last?.contract.row.hash === contract.row.hash && last.drops.length < BATCH.drops && last.bytes + size <= BATCH.bytes) {
        last.drops.push(drop);
        last.bytes += size;
      } else batches.push({ contract, drops: [drop], bytes: size });
      count += 1;
      bytes += size;
    }
  }
  return { table, base, batches, drops: count, bytes };
}

/** The drop, where its bytes and all that is needed of it are there; else what is missing. */
async function wholeDrop(lake: ReadableLake, id: DropId): Promise<DropDetail | string> {
  const drop = lake.catalog.dropById(id);
  if (drop === null) return `The raw drop ${id} is not in the ledger.`;
  const called = `Raw drop ${drop.rawId ?? drop.id}`;
  if (drop.program === null) return `${called} cannot be normalized again: the words of its entry, which say whose it is, are gone.`;
  try {
    await dropContent(lake, drop);
    return drop;
  } catch (error) {
    if (error instanceof HmsError && error.code === 'VERSION_LOST') return `${called} cannot be read any more: its file is gone.`;
    throw error;
  }
}

function versionsText(versions: readonly number[]): string {
  return `${versions.slice(0, 5).map((version) => `v${version}`).join(', ')}${versions.length > 5 ? ` and ${versions.length - 5} more versions` : ''}`;
}

function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof HmsError) return null;
    throw error;
  }
}

/** Makes the rows of a table again under a secret. SECRET_REFUSED where they cannot be, or where another secret was made meanwhile. */
export async function remaskTable(lake: WritableLake, table: TableName, secret: MaskSecret, world: RemaskWorld): Promise<RemaskedTable> {
  for (let attempt = 1; ; attempt++) {
    const plan = await remaskPlan(lake, table);
    if (typeof plan === 'string') throw new HmsError('SECRET_REFUSED', plan, { kept: 'The table was not changed.' });
    try {
      return await remaskOnce(lake, plan, secret, world);
    } catch (error) {
      if (!(error instanceof HmsError) || error.code !== 'TABLE_MOVED' || attempt === ATTEMPTS) throw error;
      await lake.refresh();
    }
  }
}

async function remaskOnce(lake: WritableLake, plan: RemaskPlan, secret: MaskSecret, world: RemaskWorld): Promise<RemaskedTable> {
  const { table, base, batches, drops } = plan;
  const view = lake.catalog.tables.view(base, []);
  const definition = view === null ? null : sameTable(lake, base, view, secret);
  if (view === null || definition === null) throw linesUnknown(table, base.version);
  const sources = drops > MOST_SOURCES ? [] : batches.flatMap((batch) => batch.drops.map(({ id, hash }): Ref => ({ ref: `raw:${id}`, sha256: hash })));
  const contracts = [...new Set(batches.map(({ contract: { compiled } }) => `${compiled.plan.name}:${compiled.plan.version}`))];
  const committed = await commitTables(tableDesk(lake), {
    changes: [
      {
        name: table,
        definition,
        parts: remadeParts(lake, plan, definition, secret, world),
        removes: view.files.map(({ path }) => path),
        operation: 'UPDATE',
        ...(base.contract === null ? {} : { contract: { name: base.contract.name as TableName, sha256: base.contract.sha256 } }),
      },
    ],
    sources,
    message: `Masked again from ${drops === 1 ? '1 raw drop' : `${drops} raw drops`}, with a new secret`,
    transform: 'remask',
    parameters: { contracts, drops, secret: secret.id, replaces: secretOfTable(lake, table) },
    engine: PROGRAM,
    refusal: () => {
      if (isReplaced(lake, secret.id)) return new HmsError('SECRET_REFUSED', 'Another secret was made meanwhile, with which rows are masked now.', { kept: `The table ${table} was not changed.`, next: 'Run the command again.' });
      const now = lake.catalog.tables.version(table, null)?.version;
      return now === base.version ? null : new HmsError('TABLE_MOVED', `The table ${table} was changed by someone else meanwhile.`, { kept: 'It was not made again.', next: 'Run the command again.' });
    },
  });
  await writeCheckpoints(lake, committed.versions, world.processes);
  const [version] = committed.versions;
  if (version === undefined) throw new Error(`The rows of ${table} made no version.`);
  return { table, version, drops, rows: version.totals?.rows ?? 0 };
}

/** The table as it is, but for the secret that it names. */
function sameTable(lake: ReadableLake, base: TableVersionDetail, view: TableView, secret: MaskSecret): TableDefinition | null {
  const before = lake.catalog.tables.description(base);
  const words = before?.domains.find(({ domain }) => domain === CONTRACT_DOMAIN)?.configuration;
  if (before === null || words === undefined) return null;
  const { description } = before.metaData;
  const domain = canonicalJson({ ...(JSON.parse(words) as Record<string, string>), secret: secret.id });
  return { schema: view.schema, partitionBy: view.partitionColumns, domains: { [CONTRACT_DOMAIN]: domain }, ...(description === undefined ? {} : { description }) };
}

/** Made as they are asked for, one batch after the other, so that no more than one lies beside the lake. */
async function* remadeParts(lake: WritableLake, { table, base, batches, drops, bytes }: RemaskPlan, definition: TableDefinition, secret: MaskSecret, { signal, processes, onProgress }: RemaskWorld): AsyncGenerator<NewPart> {
  let done = { drops: 0, bytes: 0, rows: 0 };
  for (const { contract, drops: some } of batches) {
    const parts = new Handoff<NewPart>();
    const { plan } = contract.compiled;
    const told: OnProgress = ({ filesDone, bytesDone }) => onProgress({ phase: `Masking ${table} again`, filesDone: done.drops + filesDone, filesTotal: drops, bytesDone: done.bytes + (bytesDone ?? 0), bytesTotal: Math.max(bytes, done.bytes + (bytesDone ?? 0)) });
    const ends = normalizeBatch(lake, some, [contract], { processes, secret, signal, onProgress: told }, async (_, taken, desk) => {
      const made = await writeRows(taken, 0, plan, definition, desk);
      if (made === 'in doubt') return made;
      const { written } = made;
      for (const { rows } of written) done = { ...done, rows: done.rows + rows };
      for await (const part of partsOf(table, written, { schema: definition.schema, partitionBy: definition.partitionBy, hidden: hiddenColumns(plan) }, desk.scratch)) await parts.give(part);
      return [];
    });
    const work = (async () => {
      for await (const end of ends) if (end.is === 'refused') throw changed(table, end.drop, end.report.findings[0]?.message ?? 'It is empty.');
    })().finally(() => parts.end());
    // Told when all was taken.
    work.catch(() => undefined);
    try {
      yield* parts;
      await work;
    } finally {
      parts.stop();
      await work.catch(() => undefined);
    }
    done = { ...done, drops: done.drops + some.length, bytes: done.bytes + some.reduce((sum, { size }) => sum + (size ?? 0), 0) };
  }
  const before = base.totals?.rows ?? 0;
  if (done.rows !== before) throw new HmsError('TABLE_DAMAGED', `The raw drops of ${table} give ${done.rows} rows, and the table has ${before}.`, { kept: 'The table was not changed.', next: 'Run `hms dta verify` on the lake.' });
}

function changed(table: TableName, { rawId, id }: DropDetail, why: string): HmsError {
  return new HmsError('TABLE_REFUSED', `The table ${table} was not made again: raw drop ${rawId ?? id}, whose rows are in it, does not keep to its contract as this program reads it. ${why}`, { kept: 'The table was not changed.' });
}

/** Things from who makes them to who takes them, one at a time: `give` resolves when who took it asks for the next. */
class Handoff<T> implements AsyncIterable<T> {
  #held: { readonly thing: T; readonly done: () => void; readonly fail: (error: Error) => void } | null = null;
  #isOver = false;
  #woken: () => void = () => undefined;

  give(thing: T): Promise<void> {
    if (this.#isOver) return Promise.reject(new Error('Nobody takes it any more.'));
    return new Promise((done, fail) => {
      this.#held = { thing, done, fail };
      this.#woken();
    });
  }

  end(): void {
    this.#isOver = true;
    this.#woken();
  }

  /** Nothing more is taken. */
  stop(): void {
    this.end();
    this.#held?.fail(new Error('Nobody takes it any more.'));
    this.#held = null;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const held = this.#held;
      if (held !== null) {
        yield held.thing;
        this.#held = null;
        held.done();
      } else if (this.#isOver) return;
      // A giver goes on a moment after it was told.
      else await new Promise<void>((resolve) => (this.#woken = resolve));
    }
  }
}
