import type { TablePart } from '../../core/index.ts';
import type { RowWindow, TableSource, TextTable } from './protocol.ts';

/** Tables of files, as DuckDB is told of them. */

/** Lines of a plain table beyond DuckDB's own limit are told to it; less than this it does not take. */
const LEAST_LINE = 2_097_152;

/** Files that are read for it. */
export function filesOf(table: TableSource): readonly string[] {
  return table.kind === 'parts' ? table.parts.flatMap(({ files }) => files) : [table.file].flat();
}

/** What stands behind FROM. `lists`: the words for the files of each part, where they do not stand in the text. */
export function rowsOf(table: TableSource, lists: readonly string[] = []): string {
  if (table.kind === 'parquet') return `read_parquet(${literal(table.file)})`;
  if (table.kind === 'parts') {
    const rows = table.parts.length === 0 ? noRows(table) : table.parts.map((part, i) => rowsOfPart(table, part, lists[i] ?? listed(part.files))).join(' UNION ALL ');
    return table.window === undefined ? `(${rows})` : `(SELECT * FROM (${rows}) WHERE ${within(table.window)})`;
  }
  const files = lists[0] ?? listed([table.file].flat());
  if (table.kind === 'text') return fieldsOf(table, files);
  const columns = table.columns.map(({ name, type }) => `${literal(name)}: '${type}'`).join(', ');
  const line = Math.max(LEAST_LINE, table.longestRow + 16);
  return `read_csv(${files}, auto_detect = false, header = false, columns = {${columns}}, delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '',
    allow_quoted_nulls = false, strict_mode = true, null_padding = false, ignore_errors = false, max_line_size = ${line}, buffer_size = ${Math.max(line * 4, 8_388_608)})`;
}

/** Line ends are left to DuckDB: told, it takes no CR LF. The name of the file tells nothing: not how it is packed, nor of columns in the names of folders. */
function fieldsOf({ fields, delimiter, quote, fileColumn }: TextTable, files: string): string {
  const columns = Array.from({ length: fields }, (_, i) => `c${i}: 'VARCHAR'`).join(', ');
  const mark = literal(quote ?? '');
  return `read_csv(${files}, auto_detect = false, header = true, columns = {${columns}}, delim = ${literal(delimiter)}, quote = ${mark}, escape = ${mark}, nullstr = '',
    allow_quoted_nulls = false, strict_mode = true, null_padding = false, ignore_errors = false, compression = 'none', hive_partitioning = false, filename = ${literal(fileColumn)})`;
}

type Parts = Extract<TableSource, { kind: 'parts' }>;

function rowsOfPart({ columns }: Parts, part: TablePart, list: string): string {
  const values = columns.map(({ name, type }, i) => {
    const inFiles = part.columns[i] ?? null;
    return `CAST(${inFiles === null ? 'NULL' : identifier(inFiles)} AS ${type}) AS ${identifier(name)}`;
  });
  // Not by name: what a file of another schema has more is nobody's column, and what it lacks has to be said.
  return `SELECT ${values.join(', ')} FROM read_parquet(${list}, hive_partitioning = false, union_by_name = false)`;
}

function within({ column, type, after, until }: RowWindow): string {
  return `${identifier(column)} > ${type} ${literal(after)} AND ${identifier(column)} <= ${type} ${literal(until)}`;
}

function noRows({ columns }: Parts): string {
  return `SELECT ${columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${identifier(name)}`).join(', ')} WHERE false`;
}

export function listed(files: readonly string[]): string {
  return `[${files.map(literal).join(', ')}]`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
