import { DuckDBArrayType, DuckDBIntervalValue, DuckDBListType, DuckDBMapType, DuckDBStructType, DuckDBTypeId, JsonDuckDBValueConverter } from 'duckdb';
import type { DuckDBConnection, DuckDBType, DuckDBValueConverter, Json } from 'duckdb';
import type { CopyFormat } from './protocol.ts';
import { identifier, literal } from './sources.ts';

/** Results in files and pages with the values that they have: where DuckDB would write others, or what is no JSON. */

/** A SELECT of all columns of a relation for a COPY into a format. */
export async function faithfulSelect(connection: DuckDBConnection, relation: string, format: CopyFormat): Promise<string> {
  const result = await connection.run(`SELECT * FROM ${relation} LIMIT 0`);
  const columns = result.columnNames().map((name, i) => faithfulColumn(identifier(name), result.columnType(i), format));
  return columns.some((column) => column !== null) ? `SELECT * REPLACE (${columns.filter((column) => column !== null).join(', ')}) FROM ${relation}` : `SELECT * FROM ${relation}`;
}

/** Null where it is written as it is. */
function faithfulColumn(name: string, type: DuckDBType, format: CopyFormat): string | null {
  // DuckDB writes such numbers (all sums of whole numbers are) to Parquet as doubles, which have 15 digits. What does not fit into 38 is an error, and not another number.
  if (format === 'parquet') return type.typeId === DuckDBTypeId.HUGEINT || type.typeId === DuckDBTypeId.UHUGEINT ? `${name}::DECIMAL(38, 0) AS ${name}` : null;
  const value = format === 'csv' ? null : finite(name, type, 0);
  return value === null ? null : `${value} AS ${name}`;
}

/** JSON has no word for what is not finite (RFC 8259, section 6), so it is a text, wherever it stands; null where there can be none. Unions are left as they are. */
function finite(value: string, type: DuckDBType, depth: number): string | null {
  if (type.typeId === DuckDBTypeId.DOUBLE || type.typeId === DuckDBTypeId.FLOAT) return `CASE WHEN isfinite(${value}) THEN to_json(${value}) ELSE to_json(${value}::VARCHAR) END`;
  const one = `hms_${depth}`;
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    const inner = finite(one, type.valueType, depth + 1);
    return inner === null ? null : `list_transform(${value}, lambda ${one}: ${inner})`;
  }
  if (type instanceof DuckDBMapType) {
    const inner = finite(`${one}.value`, type.valueType, depth + 1);
    return inner === null ? null : `map_from_entries(list_transform(map_entries(${value}), lambda ${one}: {'key': ${one}.key, 'value': ${inner}}))`;
  }
  if (!(type instanceof DuckDBStructType)) return null;
  const fields = type.entryNames.map((name, i) => {
    const field = `struct_extract(${value}, ${literal(name)})`;
    return { name, field, inner: finite(field, type.entryTypes[i] as DuckDBType, depth) };
  });
  if (fields.every(({ inner }) => inner === null)) return null;
  return `CASE WHEN ${value} IS NULL THEN NULL ELSE {${fields.map(({ name, field, inner }) => `${literal(name)}: ${inner ?? field}`).join(', ')}} END`;
}

/** Values as JSON has them; a span of time as DuckDB writes it (`3 months`). */
export const faithfulValue: DuckDBValueConverter<Json> = (value, type, converter) => (value instanceof DuckDBIntervalValue ? value.toString() : JsonDuckDBValueConverter(value, type, converter));
