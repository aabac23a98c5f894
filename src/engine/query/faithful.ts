import { DuckDBIntervalValue, JsonDuckDBValueConverter } from 'duckdb';
import type { DuckDBConnection, DuckDBValueConverter, Json } from 'duckdb';
import type { CopyFormat } from './protocol.ts';
import { identifier } from './sources.ts';

/** Results in files and pages with the values that they have: where DuckDB would write others, or what is no JSON. */

/** A SELECT of all columns of a relation for a COPY into a format. */
export async function faithfulSelect(connection: DuckDBConnection, relation: string, format: CopyFormat): Promise<string> {
  const reader = await connection.runAndReadAll(`SELECT column_name, column_type FROM (DESCRIBE ${relation})`);
  const columns = reader.getRows().map(([name, type]) => faithfulColumn(identifier(String(name)), String(type), format));
  return columns.some((column) => column !== null) ? `SELECT * REPLACE (${columns.filter((column) => column !== null).join(', ')}) FROM ${relation}` : `SELECT * FROM ${relation}`;
}

/** Null where it is written as it is. */
function faithfulColumn(name: string, type: string, format: CopyFormat): string | null {
  // DuckDB writes such numbers (all sums of whole numbers are) to Parquet as doubles, which have 15 digits. What does not fit into 38 is an error, and not another number.
  if (format === 'parquet') return type === 'HUGEINT' || type === 'UHUGEINT' ? `${name}::DECIMAL(38, 0) AS ${name}` : null;
  // JSON has no word for these (RFC 8259, section 6), so they are texts.
  if (format === 'json' || format === 'ndjson') return type === 'DOUBLE' || type === 'FLOAT' ? `CASE WHEN isfinite(${name}) THEN to_json(${name}) ELSE to_json(${name}::VARCHAR) END AS ${name}` : null;
  return null;
}

/** Values as JSON has them; a span of time as DuckDB writes it (`3 months`). */
export const faithfulValue: DuckDBValueConverter<Json> = (value, type, converter) => (value instanceof DuckDBIntervalValue ? value.toString() : JsonDuckDBValueConverter(value, type, converter));
