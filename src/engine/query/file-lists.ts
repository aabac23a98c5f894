import type { DuckDBConnection } from 'duckdb';
import type { TableSource } from './protocol.ts';
import { identifier, listed, literal, rowsOf } from './sources.ts';

/** Lists that are shorter stand in the text. */
const LONG = 50;
const BETWEEN = '\n';

/**
 * The words for a list of files. A long one becomes a variable of the connection: as text, 20,000 names cost DuckDB a second each time that they are bound, which is when a view is made and
 * again with every question; as a variable, a tenth. No question can read it: the gate refuses `getvariable`.
 */
export async function fileList(connection: DuckDBConnection, name: string, files: readonly string[]): Promise<string> {
  if (files.length < LONG || files.some((file) => file.includes(BETWEEN))) return listed(files);
  const statement = await connection.prepare(`SET VARIABLE ${identifier(name)} = string_split($1, chr(${BETWEEN.charCodeAt(0)}))`);
  try {
    statement.bindVarchar(1, files.join(BETWEEN));
    await statement.run();
  } finally {
    statement.destroySync();
  }
  return `getvariable(${literal(name)})`;
}

/** What stands behind FROM, with the lists of its files made ready. */
export async function readyRows(connection: DuckDBConnection, table: TableSource): Promise<string> {
  if (table.kind === 'parquet') return rowsOf(table);
  const lists: string[] = [];
  const groups = table.kind === 'parts' ? table.parts.map(({ files }) => files) : [[table.file].flat()];
  // The number first: names of tables may end in one.
  for (const [i, files] of groups.entries()) lists.push(await fileList(connection, `hms files ${i} ${table.name}`, files));
  return rowsOf(table, lists);
}
