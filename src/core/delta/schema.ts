/** Schemas of Delta tables (PROTOCOL.md "Schema Serialization Format"), of the types that reader version 1 knows and that a column of a contract can have. */

export type PlainType = 'string' | 'long' | 'integer' | 'short' | 'byte' | 'float' | 'double' | 'boolean' | 'binary' | 'date' | 'timestamp';
export type DecimalType = `decimal(${number},${number})`;
/** `timestamp` is an instant (UTC, microseconds); there is none without a zone, which would need a newer reader. */
export type ColumnType = PlainType | DecimalType;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** For people; shown by other programs too. */
  readonly comment?: string;
}

/** Columns in order. */
export type TableSchema = readonly Column[];

const duckTypes: Readonly<Record<PlainType, string>> = {
  string: 'VARCHAR',
  long: 'BIGINT',
  integer: 'INTEGER',
  short: 'SMALLINT',
  byte: 'TINYINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  binary: 'BLOB',
  date: 'DATE',
  timestamp: 'TIMESTAMP WITH TIME ZONE',
};

/** Precision and scale of a decimal; null for every other type. */
export function decimalOf(type: string): { readonly precision: number; readonly scale: number } | null {
  const found = /^decimal\((\d{1,2}),(\d{1,2})\)$/.exec(type);
  if (found === null) return null;
  const [precision, scale] = [Number(found[1]), Number(found[2])];
  return precision >= 1 && precision <= 38 && scale <= precision ? { precision, scale } : null;
}

export function isColumnType(text: string): text is ColumnType {
  return Object.hasOwn(duckTypes, text) || decimalOf(text) !== null;
}

/** How DuckDB names the type. */
export function duckType(type: ColumnType): string {
  const decimal = decimalOf(type);
  return decimal === null ? duckTypes[type as PlainType] : `DECIMAL(${decimal.precision},${decimal.scale})`;
}

/** The text of `schemaString`, members in the order in which other writers have them. */
export function schemaText(schema: TableSchema): string {
  return JSON.stringify({
    type: 'struct',
    fields: schema.map(({ name, type, nullable, comment }) => ({ name, type, nullable, metadata: comment === undefined ? {} : { comment } })),
  });
}

/** The columns that a `schemaString` gives; null where it is none, or has a type that tables of this lake do not have. */
export function parseSchema(text: string): TableSchema | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || value['type'] !== 'struct' || !Array.isArray(value['fields'])) return null;
  const columns: Column[] = [];
  for (const field of value['fields'] as unknown[]) {
    if (!isObject(field)) return null;
    const { name, type, nullable, metadata } = field;
    if (typeof name !== 'string' || typeof type !== 'string' || !isColumnType(type) || typeof nullable !== 'boolean') return null;
    const comment = isObject(metadata) ? metadata['comment'] : undefined;
    columns.push({ name, type, nullable, ...(typeof comment === 'string' ? { comment } : {}) });
  }
  return columns;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without column mapping, which would need a newer reader, Delta allows none of these in a name. */
const unfit = /[ ,;{}()\n\t=\u0000-\u001f\u007f]/;

/** A sentence on what is wrong with a schema and its partition columns; null where a table can have them. */
export function schemaFault(schema: TableSchema, partitionColumns: readonly string[]): string | null {
  if (schema.length === 0) return 'A table needs at least one column.';
  const seen = new Set<string>();
  for (const { name, type } of schema) {
    if (name === '' || name.length > 128 || !name.isWellFormed()) return `"${name}" cannot be the name of a column: it must have 1 to 128 characters.`;
    if (unfit.test(name)) return `"${name}" cannot be the name of a column: spaces, control characters and , ; { } ( ) = are not allowed in a Delta table.`;
    if (seen.has(name.toLowerCase())) return `The column "${name}" is there twice; upper and lower case are the same here.`;
    if (!isColumnType(type)) return `The column "${name}" has the type "${type}", which a Delta table of this lake cannot have.`;
    seen.add(name.toLowerCase());
  }
  for (const [i, name] of partitionColumns.entries()) {
    const column = schema.find((one) => one.name === name);
    if (column === undefined) return `The table cannot be partitioned by "${name}": it has no such column.`;
    if (column.type === 'binary' || column.type === 'float' || column.type === 'double') return `The table cannot be partitioned by "${name}": values of the type "${column.type}" are not exact in a partition.`;
    if (partitionColumns.indexOf(name) !== i) return `The table cannot be partitioned by "${name}" twice.`;
  }
  return partitionColumns.length < schema.length ? null : 'A table cannot be partitioned by all of its columns.';
}

/**
 * Why `next` cannot follow `before`; null where it can: the same columns in the same order, and behind them new ones that may be NULL, which is what they are in the
 * rows that are there already. Comments may change.
 */
export function evolutionFault(before: TableSchema, next: TableSchema): string | null {
  for (const [i, { name, type, nullable }] of before.entries()) {
    const column = next[i];
    if (column === undefined) return `The column "${name}" would be missing. Rows that are there keep it, so a table cannot lose a column.`;
    if (column.name !== name) return `The column "${name}" stands at place ${i + 1}, where "${column.name}" would be. New columns go behind those that are there.`;
    if (column.type !== type) return `The column "${name}" has the type ${type} and would get ${column.type}. A column keeps its type.`;
    if (column.nullable !== nullable) return `The column "${name}" ${nullable ? 'may be empty and would be required' : 'is required and would no longer be'}. A column keeps that.`;
  }
  const required = next.slice(before.length).find(({ nullable }) => !nullable);
  return required === undefined ? null : `The new column "${required.name}" would be required, and the rows that are there do not have it. A new column must be one that may be empty.`;
}
