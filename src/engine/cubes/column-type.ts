import { decimalOf } from '../../core/index.ts';
import type { ColumnType } from '../../core/index.ts';

/** The type of a cube's column, from the one that DuckDB gives the result; null where a table of the lake has none for it. */
export function cubeColumnType(duck: string): ColumnType | null {
  const plain = types.get(duck);
  if (plain !== undefined) return plain;
  const decimal = duck.replace(/^DECIMAL/, 'decimal').replace(/\s/g, '');
  return decimalOf(decimal) === null ? null : (decimal as ColumnType);
}

/** Sums of whole numbers come as HUGEINT; what has more than 38 digits is an error when it is written. */
const types: ReadonlyMap<string, ColumnType> = new Map([
  ['VARCHAR', 'string'],
  ['BIGINT', 'long'],
  ['INTEGER', 'integer'],
  ['SMALLINT', 'short'],
  ['TINYINT', 'byte'],
  ['HUGEINT', 'decimal(38,0)'],
  ['UBIGINT', 'decimal(20,0)'],
  ['UINTEGER', 'long'],
  ['USMALLINT', 'integer'],
  ['UTINYINT', 'short'],
  ['FLOAT', 'float'],
  ['DOUBLE', 'double'],
  ['BOOLEAN', 'boolean'],
  ['BLOB', 'binary'],
  ['DATE', 'date'],
  ['TIMESTAMP WITH TIME ZONE', 'timestamp'],
]);

/** What to write where there is none. */
export function castAdvice(name: string, duck: string): string {
  if (/^TIMESTAMP/.test(duck)) return `Say which instant is meant: ${name}::TIMESTAMPTZ (a time without an offset is then UTC), or ${name}::DATE.`;
  return `Write CAST(${name} AS VARCHAR), or take its parts.`;
}
