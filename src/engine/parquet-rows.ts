import { HmsError } from '../contract/index.ts';
import type { BroughtFile, RowOptions } from './contract-rows.ts';
import type { FileRemark, FileRow, RowFile } from './contracts/index.ts';
import type { QuerySession, ResultColumn } from './query/index.ts';

/** Rows of a Parquet file, which the query process reads. */
export class ParquetRows implements RowFile {
  readonly lineWord = 'row';
  readonly names: string[] = [];
  readonly #file: BroughtFile;
  readonly #options: RowOptions;
  readonly #remarks: FileRemark[] = [];

  constructor(file: BroughtFile, options: RowOptions) {
    this.#file = file;
    this.#options = options;
  }

  async read(visit: (row: FileRow) => void, pause: () => Promise<void>): Promise<void> {
    const { session, signal } = this.#options;
    if (session === null) throw new Error('A Parquet file is read by the query process, and none was given.');
    let columns: readonly ArrayLike<unknown>[] = [];
    let at = 0;
    const current = { line: 0, fields: null, value: (place: number): string | null => textOf(columns[place]?.[at]) };
    try {
      const queries = await session();
      await queries.table({ kind: 'parquet', name: '#file', file: this.#file.path }, signal);
      const sql = await this.#asText(queries);
      if (sql === null) return;
      for await (const part of queries.select(sql, signal)) {
        if (!('rows' in part)) continue;
        columns = part.columns;
        for (at = 0; at < part.rows; at++) {
          current.line++;
          visit(current);
        }
        await pause();
      }
      this.#options.onBytes(this.#file.size);
    } catch (error) {
      if (!(error instanceof HmsError) || error.code !== 'QUERY_REFUSED') throw error;
      this.#remarks.push({ kind: 'UNREADABLE', message: `The file is not Parquet that can be read: ${error.message.replaceAll(`'${this.#file.path}'`, `"${this.#file.name}"`)}`, count: 1, lines: [] });
    }
  }

  /**
   * Lists and groups as JSON, as they are taken from files of JSON. Bytes are text where they are UTF-8, because programs write texts without saying that they are; else they are told, and null answered: DuckDB would
   * write them as other text.
   */
  async #asText(queries: QuerySession): Promise<string | null> {
    const { signal, wanted } = this.#options;
    const isBytes = ({ name, type }: ResultColumn): boolean => type === 'BLOB' && (wanted === undefined || wanted.includes(name));
    const columns: ResultColumn[] = [];
    for await (const part of queries.select('SELECT * FROM "#file" LIMIT 0', signal)) if (!('rows' in part)) columns.push(...part.columns);
    this.names.push(...columns.map(({ name }) => name));
    for (const { name } of columns.filter(isBytes)) {
      const sql = `SELECT count(*) FROM "#file" WHERE ${identifier(name)} IS NOT NULL AND try(decode(${identifier(name)})) IS NULL`;
      for await (const part of queries.select(sql, signal)) {
        const count = 'rows' in part ? Number(part.columns[0]?.[0] ?? 0) : 0;
        if (count > 0) this.#remarks.push({ kind: 'ENCODING', message: `The column "${name}" holds bytes that are no text in UTF-8, and a table keeps texts.`, count, lines: [] });
      }
    }
    if (this.#remarks.length > 0) return null;
    const texts = columns.map((column) => {
      const { name, type } = column;
      const id = identifier(name);
      if (isBytes(column)) return `decode(${id}) AS ${id}`;
      return /^(STRUCT|MAP|UNION)\(|\]$/.test(type) ? `to_json(${id})::VARCHAR AS ${id}` : id;
    });
    return `SELECT ${texts.join(', ')} FROM "#file"`;
  }

  remarks(): readonly FileRemark[] {
    return this.#remarks;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : String(value as number | boolean);
}
