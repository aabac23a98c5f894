import type { ColumnPlan, ContractPlan, RulePlan } from '../plan.ts';
import { holds } from '../rules.ts';
import { valueReader } from '../values.ts';
import { literal, sureColumn } from './column-sql.ts';
import type { SureColumn } from './column-sql.ts';
import { askedColumns, LINE, ROWS } from '../check/questions.ts';

/**
 * The rows of a file in SQL, for files of which every value is beyond doubt (column-sql.ts): over a table of the file's fields as texts, named c0, c1 … . Where a value is in doubt the statement fails;
 * so whatever it gives is what `RowChecker` would give, which is asked for everything else.
 */
export interface SureRows {
  /** A SELECT of the values, typed, under `valueName`. */
  readonly values: (table: string) => string;
  readonly columns: readonly SureValue[];
  /** A table expression of the texts that are asked for what needs all rows, for `WITH`: as the plain table `#rows`. Null where nothing is asked. */
  readonly asked: ((table: string) => string) | null;
  /** What is counted of the rules for single values, with the bounds of the counts; null where there are none. */
  readonly counts: { readonly sql: (table: string) => string; readonly hold: (counts: readonly number[], rows: number) => boolean } | null;
  /** Bounds for the number of rows hold. */
  readonly holdsRows: (rows: number) => boolean;
}

export interface SureValue {
  readonly plan: ColumnPlan;
  /** Its typed value in `values`. */
  readonly value: string;
  /** Its text as the checker writes it, of the typed value; null where SQL would write it otherwise. */
  readonly text: string | null;
}

const DOUBT = `error('A value is in doubt.')`;

/** Null where the contract asks for something, or the header has something, that only the checker can judge. */
export function sureRows(plan: ContractPlan, headers: readonly string[]): SureRows | null {
  const places = placesOf(plan, headers);
  if (places === null) return null;
  const columns: SureValue[] = [];
  const sql: string[] = [];
  for (const [i, column] of plan.columns.entries()) {
    const sure = sureColumn(column);
    if (sure === null) return null;
    const value = `v${i}`;
    columns.push({ plan: column, value, text: sure.text?.(value) ?? null });
    sql.push(`${valueSql(column, sure, plan, `c${places[i] as number}`)} AS ${value}`);
  }
  const values = (table: string): string => `SELECT ${sql.join(', ')} FROM ${identifier(table)}`;
  const asked = askedSql(plan, columns, values);
  const counts = countsSql(plan, columns, places, values, sql);
  if (asked === undefined || counts === undefined) return null;
  return { values, columns, asked, counts, holdsRows: (rows) => plan.rules.every((rule) => rule.metric !== 'rowCount' || holds(rule.bound, rows)) };
}

/** Where each column stands in the file; null where the checker would have something to say of the header. */
function placesOf({ columns, source }: ContractPlan, headers: readonly string[]): number[] | null {
  if (new Set(headers).size !== headers.length) return null;
  const known = new Set([...source.ignoredColumns, ...columns.flatMap((column) => column.headers)]);
  if (!headers.every((header) => known.has(header))) return null;
  const places = columns.map((column) => headers.flatMap((header, at) => (column.headers.includes(header) ? [at] : [])));
  return places.every(({ length }) => length === 1) ? places.flat() : null;
}

function valueSql({ type, required }: ColumnPlan, sure: SureColumn, { source }: ContractPlan, v: string): string {
  const nulls = [...new Set([...source.nullValues, ...(type.kind === 'string' ? [] : [''])])];
  const isEmpty = `${v} IS NULL${nulls.length === 0 ? '' : ` OR ${v} IN (${nulls.map(literal).join(', ')})`}`;
  return `CASE WHEN ${isEmpty} THEN ${required ? DOUBT : 'NULL'} WHEN ${sure.is(v)} THEN ${sure.value(v)} ELSE ${DOUBT} END`;
}

/** Undefined where what is asked cannot be asked of these texts. */
function askedSql(plan: ContractPlan, columns: readonly SureValue[], values: SureRows['values']): SureRows['asked'] | undefined {
  const wanted = askedColumns(plan);
  if (wanted.length === 0) return null;
  const texts: string[] = [];
  for (const { plan: { name, type, limits, rules }, value, text } of columns) {
    if (!wanted.includes(name)) continue;
    // A number's text is read again as that number, wherever it is not looked at letter for letter.
    const isRead = limits.pattern === undefined && rules.every((rule) => rule.metric !== 'invalidValues' || rule.pattern === null);
    if (text === null && !(type.kind === 'number' && isRead)) return undefined;
    texts.push(`${text ?? `CAST(${value} AS VARCHAR)`} AS ${identifier(name)}`);
  }
  return (table) => `${identifier(ROWS)} AS NOT MATERIALIZED (SELECT 0 AS ${identifier(LINE)}, ${texts.join(', ')} FROM (${values(table)}))`;
}

/** Undefined where something cannot be counted here. */
function countsSql(plan: ContractPlan, columns: readonly SureValue[], places: readonly number[], values: SureRows['values'], sql: readonly string[]): SureRows['counts'] | undefined {
  const counted: { readonly rule: RulePlan; readonly condition: string }[] = [];
  for (const [i, { plan: column, value, text }] of columns.entries()) {
    for (const rule of column.rules) {
      const condition = counterSql(rule, column, { field: `c${places[i] as number}`, value, text });
      if (condition === undefined) return undefined;
      if (condition !== null) counted.push({ rule, condition });
    }
  }
  if (counted.length === 0) return null;
  return {
    sql: (table) => `SELECT ${counted.map(({ condition }) => `count(*) FILTER (WHERE ${condition})`).join(', ')} FROM (SELECT *, ${sql.join(', ')} FROM ${identifier(table)})`,
    hold: (counts, rows) => counted.every(({ rule }, i) => holds(rule.bound, rule.unit === 'percent' ? (100 * (counts[i] ?? NaN)) / rows : (counts[i] ?? NaN))),
  };
}

/** Null for what is asked otherwise (check/questions.ts). */
function counterSql(rule: RulePlan, { type }: ColumnPlan, { field, value, text }: { readonly field: string; readonly value: string; readonly text: string | null }): string | null | undefined {
  switch (rule.metric) {
    case 'nullValues':
      return `${value} IS NULL`;
    case 'missingValues': {
      const texts = rule.missing.filter((one) => one !== null);
      return [...(rule.missing.includes(null) ? [`${field} IS NULL`] : []), ...(texts.length === 0 ? [] : [`coalesce(${field} IN (${texts.map(literal).join(', ')}), false)`])].join(' OR ');
    }
    case 'invalidValues': {
      if (rule.valid === null) return null;
      if (text === null) return undefined;
      const read = valueReader(type);
      return `${value} IS NOT NULL AND ${text} NOT IN (${rule.valid.map((one) => literal(read(one) ?? one)).join(', ')})`;
    }
    default:
      return null;
  }
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
