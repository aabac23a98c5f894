import { HmsError, versionName } from '../contract/index.ts';
import { datasetIdOf, logicalPathOf, tagsOf } from '../engine/names.ts';
import { prepareTransform } from '../engine/transforming.ts';
import type { CsvReading, TransformSpec } from '../engine/transforms/index.ts';
import type { Dataset } from './dataset.ts';
import { versionInfo } from './reading.ts';
import { workOf } from './staging.ts';
import type { Version, WorkOptions } from './types.ts';

/** What every transform may be given. */
export interface TransformOptions {
  /** The dataset that gets the result, where it is not that of the source; one that is not there is made. */
  readonly into?: string;
}

/** For transforms that work on files one by one. */
export interface FilesOptions extends TransformOptions {
  /** Names of the files to work on. Left out: all whose names end as the transform expects (`.csv` and so on). */
  readonly files?: readonly string[];
}

/** How CSV files are read. What is left out is found out from each file. */
export interface CsvOptions {
  /** One ASCII character. */
  readonly delimiter?: string;
  /** One ASCII character; it is doubled where it stands within a quoted field. */
  readonly quote?: string;
  readonly encoding?: 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be';
  /** A row with more or fewer fields than the header: `refuse` (the default) stops and names its line; `fill` takes missing fields as empty and leaves out what is too much. */
  readonly ragged?: 'refuse' | 'fill';
}

export interface CsvTrimOptions extends FilesOptions, CsvOptions {
  /** Columns to keep, by their names in the header, in the order that they shall have. */
  readonly cols: readonly string[];
}

export interface CsvFilterOptions extends FilesOptions, CsvOptions {
  /** SQL expression; rows for which it is true are kept. All columns are text: `CAST(temp AS DOUBLE) > 40`. */
  readonly where: string;
}

export interface CsvToParquetOptions extends FilesOptions, CsvOptions {
  /** Leaves the CSV files out of the new version. */
  readonly replace?: boolean;
}

export interface JsonToCsvOptions extends FilesOptions {
  /** Leaves the JSON files out of the new version. */
  readonly replace?: boolean;
}

export interface SqlOptions extends TransformOptions, CsvOptions {
  /**
   * A SELECT over the files of the sources: `SELECT station, avg(CAST(temp AS DOUBLE)) FROM "sensorA.csv" GROUP BY station`. A table is a file, by its name in double quotes, with
   * its version in front where several have one of that name: `"WF-2024-07:v1/sensorA.csv"`. Columns of CSV and JSON files are text.
   */
  readonly sql: string;
  /** Name of the file that gets the result; it ends in `.csv` or `.parquet`. */
  readonly as: string;
}

export interface RedactTextOptions extends FilesOptions {
  /** What is to go: a text, or a pattern that is matched within lines. */
  readonly find: string | RegExp;
  /** What is put in its place; `[REDACTED]` where it is left out. */
  readonly mark?: string;
}

export interface TransformCommitOptions extends WorkOptions {
  /** Labels of the new version. */
  readonly tags?: readonly string[];
}

/**
 * A recorded step from versions to a new version: the lake knows by itself what came from what, by which transform, with which parameters. Values stay as they are written in
 * the source. A `Transform` describes the step; `commit` does it. One that fails or is stopped leaves nothing behind.
 *
 * A step that no transform here does is done by a program of its own, which commits with `derivedFrom`: see {@link Dataset.commit}.
 *
 * @example
 * ```ts
 * import { Dataset, Transform } from 'hms-dta';
 *
 * const ds = await Dataset.open('WF-2024-07');
 * const clean = Transform.csvTrim(ds, { cols: ['timestamp', 'temp', 'pm25'] });
 * await clean.commit('Removed unused columns', { tags: ['clean'] });
 * console.log(clean.versionId); // WF-2024-07:v2
 * ```
 */
export class Transform {
  readonly #datasets: readonly [Dataset, ...Dataset[]];
  readonly #sources: readonly string[];
  readonly #spec: TransformSpec;
  readonly #into: string | undefined;
  #version: Version | null = null;

  private constructor(datasets: readonly Dataset[], spec: TransformSpec, { into }: TransformOptions) {
    const [first, ...others] = datasets;
    if (first === undefined) throw new HmsError('USAGE', 'A transform needs a dataset to work on.', { kept: 'Nothing was changed.' });
    this.#datasets = [first, ...others];
    this.#sources = datasets.map(({ id, versionId }) => {
      if (versionId !== null) return versionId;
      throw new HmsError('VERSION_UNKNOWN', `${id} has no version yet that a transform could work on.`, { kept: 'Nothing was changed.', next: 'Commit one first: await dataset.commit(message)' });
    });
    this.#spec = spec;
    this.#into = into;
  }

  /** Keeps some columns of CSV files, in the order given. Every field that is kept has the bytes that it has in the source. */
  static csvTrim(dataset: Dataset, options: CsvTrimOptions): Transform {
    return new Transform([dataset], { name: 'csv_trim', columns: options.cols, ...filesOf(options), ...csvOf(options) }, options);
  }

  /** Keeps the rows of CSV files for which an expression is true. Every row that is kept has the bytes that it has in the source. */
  static csvFilter(dataset: Dataset, options: CsvFilterOptions): Transform {
    return new Transform([dataset], { name: 'csv_filter', where: options.where, ...filesOf(options), ...csvOf(options) }, options);
  }

  /** Writes each CSV file as Parquet beside it; all columns are text, values as written. */
  static csvToParquet(dataset: Dataset, options: CsvToParquetOptions = {}): Transform {
    return new Transform([dataset], { name: 'csv_to_parquet', ...replaceOf(options), ...filesOf(options), ...csvOf(options) }, options);
  }

  /** Writes each file of JSON objects (an array of them, or one a line) as CSV beside it; numbers keep the digits of the source. */
  static jsonToCsv(dataset: Dataset, options: JsonToCsvOptions = {}): Transform {
    return new Transform([dataset], { name: 'json_to_csv', ...replaceOf(options), ...filesOf(options) }, options);
  }

  /** Writes the result of a SELECT over files of one or more datasets as a new file. The SELECT runs in a process of its own, which reaches these files and nothing else. */
  static sql(datasets: Dataset | readonly Dataset[], options: SqlOptions): Transform {
    const all = Array.isArray(datasets) ? (datasets as readonly Dataset[]) : [datasets as Dataset];
    return new Transform(all, { name: 'sql', sql: options.sql, as: logicalPathOf(options.as), ...csvOf(options) }, options);
  }

  /** Replaces a text, or what a pattern matches, by a mark in text files. How often is recorded for everyone; the pattern stands in the ledger's body only, which can be destroyed. */
  static redactText(dataset: Dataset, options: RedactTextOptions): Transform {
    const { find, mark } = options;
    return new Transform([dataset], { name: 'redact_text', find: findOf(find), ...(mark === undefined ? {} : { mark }), ...filesOf(options) }, options);
  }

  /** The version that `commit` has made, as `WF-2024-07:v2`; `null` before. */
  get versionId(): string | null {
    return this.#version?.id ?? null;
  }

  /**
   * Does the step and commits its result as the next version. Files that it does not touch stay as the newest version has them. The dataset that was given goes on standing on
   * its version.
   *
   * @throws {@link HmsError} where it cannot be done, CancelledError after `signal`; nothing is left behind then
   */
  async commit(message?: string, options: TransformCommitOptions = {}): Promise<Version> {
    const tags = tagsOf(options.tags ?? []);
    if (this.#version !== null) throw new HmsError('ACT_REFUSED', `This transform has made ${this.#version.id} already.`, { kept: 'Nothing was changed.', next: 'Make another one to do the step again.' });
    const into = this.#into === undefined ? {} : { into: datasetIdOf(this.#into) };
    const [first] = this.#datasets;
    return first.staging.withoutDraft(async () => {
      const lake = await first.access.writing();
      for (const { access } of this.#datasets) {
        if (access.fixed.lake.id !== lake.lake.id) throw new HmsError('USAGE', 'The datasets of a transform are in different lakes.', { kept: 'Nothing was changed.' });
      }
      const pending = await prepareTransform(lake, this.#sources, this.#spec, { ...workOf(options), ...into });
      const { dataset, version } = await pending.commit({ message: message ?? null, tags });
      const detail = lake.catalog.version(dataset, version);
      if (detail === null) throw new Error(`The catalog has no ${versionName(dataset, version)} after its commit.`);
      this.#version = versionInfo(lake, detail);
      return this.#version;
    });
  }
}

function filesOf({ files }: FilesOptions): { readonly files?: readonly ReturnType<typeof logicalPathOf>[] } {
  return files === undefined ? {} : { files: files.map(logicalPathOf) };
}

function replaceOf({ replace }: { readonly replace?: boolean }): { readonly replace?: boolean } {
  return replace === undefined ? {} : { replace };
}

function csvOf({ delimiter, quote, encoding, ragged }: CsvOptions): CsvReading {
  return { ...(delimiter === undefined ? {} : { delimiter }), ...(quote === undefined ? {} : { quote }), ...(encoding === undefined ? {} : { encoding }), ...(ragged === undefined ? {} : { ragged }) };
}

function findOf(find: string | RegExp): Extract<TransformSpec, { name: 'redact_text' }>['find'] {
  if (typeof find === 'string') return { text: find };
  const other = find.flags.replaceAll(/[gi]/g, '');
  if (other === '') return { pattern: find.source, ...(find.ignoreCase ? { ignoreCase: true } : {}) };
  throw new HmsError('USAGE', `The flags "${other}" of the pattern are not known here: it is matched within lines, everywhere in them.`, { kept: 'Nothing was changed.', next: 'Use g and i only.' });
}
