import type { PartitionValues } from './actions.ts';
import type { ColumnType, TableSchema } from './schema.ts';
import type { FileStats } from './stats.ts';
import { compareValues } from './values.ts';

/** Leaving out files that cannot hold a row that is asked for. What cannot be told keeps the file. */

export type Condition =
  | { readonly column: string; readonly is: 'null' }
  | { readonly column: string; readonly is: 'not null' }
  | RangeCondition;

type RangeCondition =
  | { readonly column: string; readonly is: '=' | '<' | '<=' | '>' | '>='; readonly value: string }
  | { readonly column: string; readonly is: 'in'; readonly values: readonly string[] };

/** Whether a partition may hold rows that meet all conditions; values as the log writes them. Conditions on other columns say nothing here. */
export function partitionMayMatch(partition: PartitionValues, schema: TableSchema, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => {
    const column = schema.find(({ name }) => name === condition.column);
    if (column === undefined || !Object.hasOwn(partition, column.name)) return true;
    const value = partition[column.name] ?? null;
    if (condition.is === 'null') return value === null;
    if (condition.is === 'not null') return value !== null;
    return value !== null && rangeMayMatch(column.type, value, value, condition);
  });
}

/** The same of a file by its statistics. */
export function statsMayMatch(stats: FileStats, schema: TableSchema, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => {
    const column = schema.find(({ name }) => name === condition.column);
    if (column === undefined) return true;
    const nulls = stats.nulls.get(column.name);
    if (condition.is === 'null') return nulls !== 0;
    if (nulls !== undefined && stats.rows !== null && nulls === stats.rows) return false;
    if (condition.is === 'not null') return true;
    const [min, max] = [stats.min.get(column.name), stats.max.get(column.name)];
    return min === undefined || max === undefined || rangeMayMatch(column.type, min, max, condition);
  });
}

function rangeMayMatch(type: ColumnType, min: string, max: string, condition: RangeCondition): boolean {
  if (condition.is === 'in') return condition.values.some((value) => within(type, min, max, value));
  const { is, value } = condition;
  const low = compareValues(type, min, value);
  const high = compareValues(type, upper(type, max), value);
  switch (is) {
    case '=':
      return within(type, min, max, value);
    case '<':
      return low === null || low < 0;
    case '<=':
      return low === null || low <= 0;
    case '>':
      return high === null || high > 0;
    case '>=':
      return high === null || high >= 0;
  }
}

function within(type: ColumnType, min: string, max: string, value: string): boolean {
  const low = compareValues(type, min, value);
  const high = compareValues(type, upper(type, max), value);
  return (low === null || low <= 0) && (high === null || high >= 0);
}

/** A largest instant was cut to milliseconds. */
function upper(type: ColumnType, max: string): string {
  return type === 'timestamp' && /\.\d{3}Z$/.test(max) ? `${max.slice(0, -1)}999Z` : max;
}
