import { canonicalJson, duckType, parseSchema } from '../core/index.ts';
import type { Column, ColumnType, TableSchema } from '../core/index.ts';
import type { ColumnPlan, ContractPlan, PartitionPlan, SureRows, SureValue, TypePlan } from './contracts/index.ts';
import type { NamedContract } from './contracting.ts';
import { maskedSql } from './mask-sql.ts';
import { maskedType } from './mask-values.ts';
import { secretOfTable } from './masking.ts';
import type { ReadableLake } from './open.ts';
import type { TableDefinition } from './tables/index.ts';
import { quoted } from './table-rows.ts';

/** How the table of a contract is built, and how checked rows become rows of it (docs/operations/normalize.md). */

export const PROGRAM_COLUMN = 'program_id';
export const CONTRACT_DOMAIN = 'hms.contract';

/** A column by which a table is divided, and how its value is told from the text of a checked one. */
interface Division {
  readonly name: string;
  readonly sql: (column: string) => string;
  readonly column: string;
  readonly by: PartitionPlan['by'];
}

/**
 * The table as the contract has it: `program_id`, the columns in their order, then the months (years, days) by which it is divided. A table that is there keeps its columns, where
 * they stand, and gets behind them what the contract has more. All columns but `program_id` may be empty in the table: what must be there is the contract's to say, and may change.
 */
export function definitionOf(lake: ReadableLake, { row, compiled: { plan } }: NamedContract, secret: string | null): TableDefinition {
  const newest = lake.catalog.tables.version(plan.name, null);
  const before = newest === null ? null : lake.catalog.tables.description(newest);
  const current = before === null ? [] : (parseSchema(before.metaData.schemaString) ?? []);
  const wanted = columnsOf(plan);
  const kept = current.map((column) => {
    const same = wanted.find(({ name }) => name === column.name);
    // Where the type is another the commit refuses it, and says so.
    return same === undefined ? column : { ...same, nullable: column.nullable };
  });
  const added = wanted.filter(({ name }) => !current.some((column) => column.name === name));
  // The rows of before stay masked with what they were masked with, where the contract hides nothing any more.
  const used = secret ?? secretOfTable(lake, plan.name);
  const masks = plan.columns.flatMap(({ name, pii }) => (pii === null ? [] : [[name, pii.mask.how] as const]));
  return {
    schema: [...kept, ...added],
    partitionBy: [PROGRAM_COLUMN, ...divisionsOf(plan).map(({ name }) => name)],
    domains: { [CONTRACT_DOMAIN]: canonicalJson({ name: plan.name, version: plan.version, sha256: row.hash, ...(masks.length === 0 ? {} : { masks: Object.fromEntries(masks) }), ...(used === null ? {} : { secret: used }) }) },
  };
}

function columnsOf(plan: ContractPlan): TableSchema {
  const own = plan.columns.map(({ name, type, pii, description }): Column => ({ name, type: columnType(pii === null ? type : maskedType(pii.mask, type)), nullable: true, ...(description === null ? {} : { comment: description }) }));
  const divisions = divisionsOf(plan).filter(({ name, column }) => name !== column);
  return [{ name: PROGRAM_COLUMN, type: 'long', nullable: false }, ...own, ...divisions.map(({ name }): Column => ({ name, type: 'date', nullable: true }))];
}

/** `tested_at` by month is `tested_month`, as a date of the month's first day. */
function divisionsOf({ columns, partitions }: ContractPlan): Division[] {
  const taken = new Set([PROGRAM_COLUMN, ...columns.map(({ name }) => name)]);
  return partitions.map(({ column, by }) => {
    if (by === null) return { name: column, column, by, sql: quoted };
    const short = `${column.replace(/_(?:at|on|date|time|timestamp)$/, '')}_${by}`;
    const long = `${column}_by_${by}`;
    const name = taken.has(short) ? long : short;
    taken.add(name);
    // Of the checked text, which is ISO 8601 in UTC, so that no time zone of the process has a say.
    const [length, rest] = by === 'year' ? [4, '-01-01'] : by === 'month' ? [7, '-01'] : [10, ''];
    return { name, column, by, sql: (of) => `CAST(left(${quoted(of)}, ${length}) || '${rest}' AS DATE)` };
  });
}

function columnType(type: TypePlan): ColumnType {
  switch (type.kind) {
    case 'string':
    case 'object':
    case 'array':
    case 'time':
      return 'string';
    case 'integer':
      return type.bits === 32 ? 'integer' : 'long';
    case 'number':
      return type.decimal === null ? (type.bits === 32 ? 'float' : 'double') : `decimal(${type.decimal.precision},${type.decimal.scale})`;
    default:
      return type.kind;
  }
}

/** Rows of one program, in a table of a session. */
export interface RowsPart {
  readonly table: string;
  readonly program: number;
  /** How they are made of the texts of a file; null for a plain table of checked and masked rows. */
  readonly sure: SureRows | null;
}

/** A SELECT of the table's rows. */
export function rowsSql(plan: ContractPlan, { schema }: Pick<TableDefinition, 'schema'>, parts: readonly RowsPart[]): string {
  const one = ({ table, program, sure }: RowsPart): string => {
    const values = sure === null ? plainValues(plan) : sureValues(plan, sure);
    const columns = schema.map(({ name, type }) => {
      // A column that an earlier version of the contract had stays, and is empty in new rows.
      const value = name === PROGRAM_COLUMN ? String(program) : (values.get(name) ?? 'NULL');
      // In each part: texts and numbers under one another would all become texts.
      return `CAST(${value} AS ${duckType(type)}) AS ${quoted(name)}`;
    });
    return `SELECT ${columns.join(', ')} FROM ${sure === null ? quoted(table) : `(${sure.values(table)})`}`;
  };
  return parts.map(one).join(' UNION ALL ');
}

function masked(column: SureValue): string {
  const sql = maskedSql(column);
  if (sql === null) throw new Error(`The mask of "${column.plan.name}" is not there in SQL.`);
  return sql;
}

function plainValues(plan: ContractPlan): ReadonlyMap<string, string> {
  return new Map([...plan.columns.map(({ name }) => [name, quoted(name)] as const), ...divisionsOf(plan).map(({ name, sql, column }) => [name, sql(column)] as const)]);
}

function sureValues(plan: ContractPlan, { columns }: SureRows): ReadonlyMap<string, string> {
  const instant = ({ plan: { type, pii } }: SureValue, sql: string): string => (type.kind === 'timestamp' && (pii === null || maskedType(pii.mask, type).kind === 'timestamp') ? `make_timestamptz(epoch_us(${sql}))` : sql);
  const values = columns.map((column) => [column.plan.name, instant(column, masked(column))] as const);
  const divisions = divisionsOf(plan).flatMap(({ name, column, by }) => {
    const value = columns.find((one) => one.plan.name === column)?.value;
    return by === null || value === undefined ? [] : [[name, `date_trunc('${by}', ${value})`] as const];
  });
  return new Map([...values, ...divisions]);
}

/** Columns that tell of persons and are not masked: the table's log tells nothing of their values. */
export function hiddenColumns(plan: ContractPlan): ReadonlySet<string> {
  return new Set(plan.columns.filter(({ pii }: ColumnPlan) => pii !== null && pii.mask.how === 'none').map(({ name }) => name));
}

