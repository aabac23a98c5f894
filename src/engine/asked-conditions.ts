import { compareValues, decimalOf, partitionText } from '../core/index.ts';
import type { Column, ColumnType, Condition, TableSchema } from '../core/index.ts';
import type { AskedCondition, AskedValue } from './query/index.ts';

/**
 * Conditions of a question in the words of the tables' log, by which files are left out. What a value means is decided by the type of its column, as DuckDB does it; a value that DuckDB would
 * compare in another way than the log's texts are compared (a number that is only about the same, a text with a number in it) makes no condition.
 */
export function conditionsFor(schema: TableSchema, asked: readonly AskedCondition[]): Condition[] {
  return asked.flatMap((condition): Condition[] => {
    const column = schema.find(({ name }) => name.toLowerCase() === condition.column.toLowerCase());
    if (column === undefined) return [];
    if (!('values' in condition)) return [{ column: column.name, is: condition.is }];
    const values = condition.values.map((value) => textOf(column.type, value));
    // DuckDB brings all of a list to one type first.
    if (values.some((value) => value === null) || new Set(condition.values.map(({ type }) => type)).size > 1) return [];
    return conditionOf(column, condition.is, values as string[], condition.values);
  });
}

type Comparison = Extract<AskedCondition, { values: unknown }>['is'];

function conditionOf({ name, type }: Column, is: Comparison, values: readonly string[], asked: readonly AskedValue[]): Condition[] {
  if (is === 'in') return [{ column: name, is, values }];
  const [value = '', upper = ''] = values;
  if (is === 'between') return [{ column: name, is: '>=', value }, { column: name, is: '<=', value: upper }];
  // A day is its first moment: on the day of an instant it may be before, on, or after it.
  const isWider = type === 'date' && asked[0]?.type !== 'DATE' && asked[0]?.type !== 'VARCHAR';
  return [{ column: name, is: isWider && is === '<' ? '<=' : isWider && is === '>' ? '>=' : is, value }];
}

const whole: ReadonlySet<string> = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT']);
/** Digits with which every number has room in DuckDB's decimals, whatever it is compared with. */
const DIGITS = 18;

function textOf(type: ColumnType, { type: given, value, instant }: AskedValue): string | null {
  if (type === 'string') return given === 'VARCHAR' ? value : null;
  if (type === 'date') {
    if (given === 'DATE' || given === 'VARCHAR') return partitionText('date', value) ?? null;
    return given.startsWith('TIMESTAMP') ? (partitionText('date', (instant ?? '').slice(0, 10)) ?? null) : null;
  }
  if (type === 'timestamp') return given === 'VARCHAR' || given === 'DATE' || given.startsWith('TIMESTAMP') ? (partitionText('timestamp', instant ?? '') ?? null) : null;
  const isNumber = /^-?\d+(?:\.\d+)?$/.test(value) && value.replaceAll(/\D/g, '').length <= DIGITS;
  if (!isNumber) return null;
  if (type === 'double') return whole.has(given) || given === 'DOUBLE' || given.startsWith('DECIMAL') ? value : null;
  const isExact = whole.has(given) || given.startsWith('DECIMAL') || (given === 'VARCHAR' && fraction(value) <= (decimalOf(type)?.scale ?? 0));
  return isExact && compareValues(type, value, value) === 0 && type !== 'float' ? value : null;
}

function fraction(value: string): number {
  return value.split('.')[1]?.length ?? 0;
}
