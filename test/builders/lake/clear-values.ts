import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DuckDBInstance } from 'duckdb';

/** Looks for values that must not be read in a folder: as they are, and as the bare hashes by which anybody could find them by trying. */

export interface FoundValue {
  /** Path below the folder, with `/`. */
  readonly file: string;
  /** The value; of bytes its hex digits. */
  readonly value: string;
  /** `clear`, `utf-16le`, `sha256 hex`, `md5 base64` …; of the rows of a Parquet file with `rows: ` before it, of its statistics with `statistics: `. */
  readonly form: string;
}

interface Needle {
  readonly value: string;
  readonly form: string;
  readonly bytes: Buffer;
}

/**
 * Every place where a value stands in the folder, its files below `except` (paths with `/`) left out: `foundIn(lake, ssns, ['raw'])`. Parquet files are also read, because what is in them is compressed:
 * all cells of all their rows, and the statistics of their columns. Names of files and folders are looked at too.
 */
export async function foundIn(folder: string, values: readonly (string | Uint8Array)[], except: readonly string[] = []): Promise<FoundValue[]> {
  const needles = values.flatMap(needlesOf);
  const found: FoundValue[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const file = relative(folder, path).replaceAll('\\', '/');
    if (except.some((place) => file === place || file.startsWith(`${place}/`))) continue;
    const look = (bytes: Buffer, where: string): void => {
      for (const { value, form, bytes: needle } of needles) if (bytes.includes(needle)) found.push({ file, value, form: `${where}${form}` });
    };
    look(Buffer.from(decoded(file)), 'name: ');
    if (!entry.isFile()) continue;
    look(readFileSync(path), '');
    if (!file.endsWith('.parquet')) continue;
    look(await textOf(`SELECT * FROM read_parquet('${path.replaceAll("'", "''")}', hive_partitioning = false)`), 'rows: ');
    look(await textOf(`SELECT path_in_schema, stats_min, stats_max, stats_min_value, stats_max_value FROM parquet_metadata('${path.replaceAll("'", "''")}')`), 'statistics: ');
  }
  return found;
}

function needlesOf(value: string | Uint8Array): Needle[] {
  const bytes = Buffer.from(value);
  const name = typeof value === 'string' ? value : bytes.toString('hex');
  const clear = typeof value === 'string' ? [{ form: 'clear', bytes }, { form: 'utf-16le', bytes: Buffer.from(value, 'utf16le') }] : formsOf('', bytes);
  const hashes = ['sha256', 'md5', 'sha1'].flatMap((algorithm) => formsOf(`${algorithm} `, createHash(algorithm).update(bytes).digest()));
  return [...clear, ...hashes].map((needle) => ({ value: name, ...needle }));
}

function formsOf(prefix: string, bytes: Buffer): { form: string; bytes: Buffer }[] {
  const hex = bytes.toString('hex');
  const texts = [['hex', hex], ['HEX', hex.toUpperCase()], ['base64', bytes.toString('base64').replace(/=+$/, '')], ['base64url', bytes.toString('base64url')]] as const;
  const different = texts.filter(([, text], i) => texts.findIndex(([, other]) => other === text) === i);
  return [{ form: `${prefix}raw`, bytes }, ...different.map(([form, text]) => ({ form: `${prefix}${form}`, bytes: Buffer.from(text) }))];
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function textOf(sql: string): Promise<Buffer> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    return Buffer.from(reader.getRowsJson().map((row) => JSON.stringify(row).replaceAll('\\"', '"')).join('\n'));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
