import { readFile } from 'node:fs/promises';
import { versionName } from '../contract/index.ts';
import type { Finding, HmsError } from '../contract/index.ts';
import { importFrom } from '../engine/importing.ts';
import { ifMissing } from '../engine/lake/index.ts';
import { publishTables } from '../engine/publishing.ts';
import { verify } from '../verify/index.ts';
import type { VerifyReport } from '../verify/index.ts';
import { openAccess } from './access.ts';
import type { Access } from './access.ts';
import { Cubes } from './cubes.ts';
import { RawDrops } from './raw.ts';
import type { RawFile } from './raw.ts';
import { QueryResult } from './query.ts';
import type { QueryOptions } from './query.ts';
import { workOf } from './staging.ts';
import type { LakeOptions, WorkOptions } from './types.ts';
import { Warehouse } from './warehouse.ts';

/** A dataset as a list of them shows it. */
export interface DatasetInfo {
  readonly id: string;
  /** Oldest first. */
  readonly aliases: readonly string[];
  /** ISO 8601 instant in UTC. */
  readonly createdAt: string;
  /** The newest version, as `WF-2024-07:v3`, withdrawn or not; `null` before the first. */
  readonly newest: string | null;
}

export interface PublishOptions extends WorkOptions {
  /** The state of the tables: ISO 8601, or the office's time where it has no offset. Now where it is left out. */
  readonly asOf?: string;
  /** Put the new file in the place of one that is there. */
  readonly replace?: boolean;
}

/** A DuckDB file that was published. */
export interface PublishedFile {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  /** ISO 8601 instant in UTC. */
  readonly asOf: string;
  readonly tables: readonly { readonly table: string; readonly version: number; /** ISO 8601 instant in UTC. */ readonly committed: string; readonly rows: number }[];
  /** Tables that were not there yet at that instant. */
  readonly later: readonly string[];
}

export interface ImportOptions extends WorkOptions {
  /** Id of the dataset; what it is called there, where that can be an id. */
  readonly as?: string;
  /** Message of the versions that have none of their own. */
  readonly message?: string;
}

/** What an import has made. */
export interface Import {
  readonly dataset: string;
  readonly form: 'ocfl' | 'bag';
  /** What it is called there. */
  readonly id: string | null;
  /** The versions that were committed now, as `PARKS-2019:v1`. Where each comes from stands in its `imported`. */
  readonly versions: readonly string[];
  /** How many were there from an import before. */
  readonly before: number;
  /** What lies beside it and is part of no version; it was not taken. */
  readonly left: readonly string[];
  /** What the check remarked that is no reason to refuse. */
  readonly warnings: readonly Finding[];
}

/**
 * A lake that is open. Give it as `{ lake }` where several datasets are worked on: the ledger is then read once.
 *
 * @example
 * ```ts
 * import { Dataset, lake } from 'hms-dta';
 *
 * await using records = await lake.open('/records/lake');
 * for await (const { id, newest } of records.datasets()) console.log(id, newest);
 * const ds = await Dataset.open('WF-2024-07', { lake: records });
 * ```
 */
export class Lake implements AsyncDisposable {
  /** @internal */
  readonly access: Access;

  /** @internal */
  constructor(access: Access) {
    this.access = access;
  }

  /** Files kept as programs deliver them. */
  get raw(): RawDrops {
    return new RawDrops(this.access);
  }

  /** Tables whose rows come from SQL over other tables. */
  get cubes(): Cubes {
    return new Cubes(this.access);
  }

  /** Its tables. */
  get warehouse(): Warehouse {
    return new Warehouse(this.access);
  }

  /**
   * A raw drop by its `raw_id`, with its bytes: the same as `raw.fetch`.
   *
   * @throws {@link HmsError} `RAW_UNKNOWN`
   */
  fetch(raw: number | string): Promise<RawFile> {
    return this.raw.fetch(raw);
  }

  /** UUID. */
  get id(): string {
    return this.access.fixed.lake.id;
  }

  /** Its real path. */
  get folder(): string {
    return this.access.fixed.paths.root;
  }

  /** The office's time zone, as `America/New_York`. */
  get zone(): string {
    return this.access.fixed.lake.zone;
  }

  /** Why this workstation may only read the lake; `null` where it may write. */
  async readOnly(): Promise<HmsError | null> {
    return (await this.access.reading()).readOnly;
  }

  /** All datasets, by id ignoring case. */
  async *datasets(): AsyncGenerator<DatasetInfo, void, undefined> {
    const { catalog } = await this.access.reading();
    for (let after: string | null = ''; after !== null; ) {
      const page: ReturnType<typeof catalog.datasets> = catalog.datasets(after, 500);
      for (const { id, aliases, createdAt, newest } of page.datasets) yield { id, aliases, createdAt, newest: newest === null ? null : versionName(id, newest.version) };
      after = page.next;
    }
  }

  /** Checks every byte and every proof of the lake, and that its ledger goes on from what this workstation saw last. Only reads. */
  async verify(options: WorkOptions = {}): Promise<VerifyReport> {
    const { seenFile } = (await this.access.reading()).ledger.context;
    const seen = seenFile === null ? null : await readFile(seenFile).catch(ifMissing(null));
    return verify(this.folder, { ...options, ...(seen === null ? {} : { seen }) });
  }

  /**
   * Takes a bag (a folder, zip or tar) or the folder of an OCFL object that was made elsewhere as a dataset, with its versions, dates and names. It is checked first, and each byte
   * again while it is copied. Called again, it adds what came since, and makes nothing twice.
   *
   * @throws {@link HmsError} `SOURCE_REFUSED` where it is not valid: `facts.findings` says why, and nothing was changed; `DATASET_EXISTS`, `NAME_INVALID`
   *
   * @example
   * ```ts
   * const { dataset, versions } = await records.import('/media/usb/transfer-0412.zip', { as: 'PARKS-2019' });
   * ```
   */
  async import(path: string, options: ImportOptions = {}): Promise<Import> {
    const { as = null, message = null, ...work } = options;
    const report = await importFrom(await this.access.writing(), path, { ...workOf(work), judge: verify, as, message });
    const { dataset, form, id, committed, before, left, warnings } = report;
    return { dataset, form, id, versions: committed.map((version) => versionName(dataset, version)), before, left, warnings };
  }

  /**
   * Asks one SELECT over the catalog (`datasets`, `versions`, `lineage`, `ledger` …) and files of versions (`dataset('WF-2024-07:v1', 'sensorA.csv')`), as they are, or as they were with
   * `FOR SYSTEM_TIME AS OF`. It runs in a process of its own that reaches these and nothing else. Close the result.
   *
   * @throws {@link HmsError} `QUERY_REFUSED` where it cannot be asked (`facts.position` is the place in the text), `VERSION_UNKNOWN` where a table was not there yet, `QUERY_STOPPED` where it needs too much; CancelledError after `signal`
   *
   * @example
   * ```ts
   * await using then = await records.query("SELECT ver, comment FROM versions FOR SYSTEM_TIME AS OF '2024-07-30 23:59:59' WHERE ds_id = $1", { parameters: ['WF-2024-07'] });
   * for await (const { ver, comment } of then.rows()) console.log(ver, comment);
   * ```
   */
  async query(sql: string, options: QueryOptions = {}): Promise<QueryResult> {
    return QueryResult.of(this.access, sql, options);
  }

  /**
   * Writes all tables, as they are or as they were at one instant, into a plain DuckDB file that any program opens without a lake. It appears when it is whole. Its table `hms_dta_published` says
   * which version of each table it holds.
   *
   * @throws {@link HmsError} `TARGET_EXISTS` where something stands there and `replace` is not set; `USAGE` where there was no table at that instant; CancelledError after `signal`
   *
   * @example
   * ```ts
   * const { tables } = await records.publish('hms_dta.duckdb', { asOf: '2024-07-30 23:59:59' });
   * for (const { table, version } of tables) console.log(`${table}:v${version}`);
   * ```
   */
  async publish(file: string, options: PublishOptions = {}): Promise<PublishedFile> {
    const { asOf, replace = false, ...work } = options;
    return publishTables(await this.access.reading(), file, { ...workOf(work), replace, ...(asOf === undefined ? {} : { asOf }) });
  }

  async close(): Promise<void> {
    await this.access.close();
  }

  /** So that `await using records = await lake.open()` closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What can be done with lakes. */
export const lake = {
  /**
   * Opens a lake by its folder; by `HMS_LAKE` where none is given.
   *
   * @throws {@link HmsError} `NOT_A_LAKE` where there is none
   */
  async open(folder?: string, options: Pick<LakeOptions, 'profile'> = {}): Promise<Lake> {
    return new Lake(await openAccess(folder, options.profile));
  },
} as const;

/** The lake that is meant, and whether it was opened by this. */
export async function accessFor({ lake: named, profile }: LakeOptions): Promise<{ readonly access: Access; readonly isOwn: boolean }> {
  if (named instanceof Lake) return { access: named.access, isOwn: false };
  return { access: await openAccess(named, profile), isOwn: true };
}
