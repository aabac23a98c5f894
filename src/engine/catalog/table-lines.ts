import { canonicalJson, decodePath, HASH_TAG, parseSchema, ROWS_TAG } from '../../core/index.ts';
import type { AddFile, DeltaAction, RemoveFile } from '../../core/index.ts';
import type { TableName } from '../../contract/index.ts';
import { FOREVER } from './file-lines.ts';
import { hexBytes } from './ledger-view.ts';
import type { Sql } from './sql.ts';

/**
 * Takes the Delta lines of a table's newest version. Answers false, and takes none of them, where the version before is not known or the lines do not lead on from it:
 * the version's files are then not known.
 */
export function takeTableLines(sql: Sql, name: TableName, version: number, actions: readonly DeltaAction[]): boolean {
  const table = sql.get<{ t: number; newest: number }>('SELECT t, newest FROM delta_table WHERE name = ?', name);
  if (table === null || table.newest !== version) throw new RangeError(`The lines of ${name}:v${version} cannot be taken now.`);
  sql.script('SAVEPOINT table_lines');
  const taken = new Taker(sql, table.t, version).all(actions);
  if (!taken) sql.script('ROLLBACK TO table_lines');
  sql.script('RELEASE table_lines');
  return taken;
}

class Taker {
  readonly #sql: Sql;
  readonly #t: number;
  readonly #version: number;
  readonly #parts = new Map<string, number>();
  readonly #totals = { files: 0, rows: 0, bytes: 0 };
  #schema = 0;

  constructor(sql: Sql, t: number, version: number) {
    this.#sql = sql;
    this.#t = t;
    this.#version = version;
  }

  all(actions: readonly DeltaAction[]): boolean {
    if (!this.#begin()) return false;
    // The columns first: they hold for every file of the same commit, wherever the line stands.
    const ordered = [...actions.filter((action) => 'metaData' in action), ...actions.filter((action) => !('metaData' in action))];
    if (!ordered.every((action) => this.#take(action)) || this.#schema === 0) return false;
    const { files, rows, bytes } = this.#totals;
    this.#sql.run('UPDATE delta_version SET known = 1, schema = ?, files = ?, rows = ?, bytes = ? WHERE t = ? AND number = ?', this.#schema, files, rows, bytes, this.#t, this.#version);
    return true;
  }

  #begin(): boolean {
    if (this.#version === 1) return true;
    const before = this.#sql.get<{ schema: number; files: number; rows: number; bytes: number }>(
      'SELECT schema, files, rows, bytes FROM delta_version WHERE t = ? AND number = ? AND known = 1',
      this.#t,
      this.#version - 1,
    );
    if (before === null) return false;
    this.#schema = before.schema;
    Object.assign(this.#totals, { files: before.files, rows: before.rows, bytes: before.bytes });
    return true;
  }

  #take(action: DeltaAction): boolean {
    if ('add' in action) return this.#add(action.add);
    if ('remove' in action) return this.#remove(action.remove);
    if ('metaData' in action) {
      if (this.#schema === this.#version || parseSchema(action.metaData.schemaString) === null) return false;
      this.#schema = this.#version;
      this.#sql.run('INSERT INTO delta_schema (t, begin, meta) VALUES (?, ?, ?)', this.#t, this.#version, canonicalJson(action.metaData as never));
    } else if ('domainMetadata' in action) {
      const { domain, configuration, removed } = action.domainMetadata;
      this.#sql.run('INSERT INTO delta_domain (t, domain, begin, configuration) VALUES (?, ?, ?, ?)', this.#t, domain, this.#version, removed ? null : configuration);
    } else {
      // A table has one protocol, from its first version on.
      return this.#version === 1;
    }
    return true;
  }

  #add({ path, partitionValues, size, modificationTime, dataChange, stats, tags }: AddFile): boolean {
    const [hash, rows] = [tags?.[HASH_TAG] ?? '', tags?.[ROWS_TAG] ?? ''];
    if (decodePath(path) === null || !/^[0-9a-f]{64}$/.test(hash) || !/^\d{1,15}$/.test(rows)) return false;
    // No data file's name comes again, so that a path is one file for ever.
    if (this.#sql.get('SELECT 1 FROM delta_file WHERE t = ? AND path = ?', this.#t, path) !== null) return false;
    this.#sql.run(
      'INSERT INTO delta_file (t, path, begin, schema, part, rows, size, modified, changes, sha256, stats) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      this.#t,
      path,
      this.#version,
      this.#schema,
      this.#part(canonicalJson(partitionValues)),
      Number(rows),
      size,
      modificationTime,
      dataChange ? 1 : 0,
      hexBytes(hash),
      stats ?? null,
    );
    this.#count(1, Number(rows), size);
    return true;
  }

  #remove({ path, deletionTimestamp, dataChange }: RemoveFile): boolean {
    const file = this.#sql.get<{ rows: number; size: number }>('SELECT rows, size FROM delta_file WHERE t = ? AND path = ? AND until = ? AND begin < ?', this.#t, path, FOREVER, this.#version);
    if (file === null) return false;
    this.#sql.run('UPDATE delta_file SET until = ?, removed = ?, removal_changes = ? WHERE t = ? AND path = ?', this.#version, deletionTimestamp, dataChange ? 1 : 0, this.#t, path);
    this.#count(-1, -file.rows, -file.size);
    return true;
  }

  #count(files: number, rows: number, bytes: number): void {
    this.#totals.files += files;
    this.#totals.rows += rows;
    this.#totals.bytes += bytes;
  }

  #part(values: string): number {
    const known = this.#parts.get(values);
    if (known !== undefined) return known;
    this.#sql.run('INSERT INTO delta_part (t, vals) VALUES (?, ?) ON CONFLICT DO NOTHING', this.#t, values);
    const part = this.#sql.get<{ part: number }>('SELECT part FROM delta_part WHERE t = ? AND vals = ?', this.#t, values)?.part ?? 0;
    this.#parts.set(values, part);
    return part;
  }
}
