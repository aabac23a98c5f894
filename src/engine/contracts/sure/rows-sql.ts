import type { ColumnPlan, ContractPlan, RulePlan } from '../plan.ts';
import { holds } from '../rules.ts';
import { valueReader } from '../values.ts';
import { literal, sureColumn } from './column-sql.ts';
import type { SureColumn } from './column-sql.ts';
import { askedColumns, FILE, fileQuestions, LINE, ROWS } from '../check/questions.ts';
import type { FileQuestion } from '../check/questions.ts';

/**
 * The rows of files in SQL, for files of which every value is beyond doubt (column-sql.ts): over a table of their fields as texts, named c0, c1 … , and of the file of each row, FILE. Where a value is
 * in doubt the statement fails; so whatever it gives is what `RowChecker` would give, which is asked for everything else.
 */
export interface SureRows {
  /** A SELECT of the values, typed, under `valueName`. */
  readonly values: (table: string) => string;
  readonly columns: readonly SureValue[];
  /** What is asked of all rows; null where nothing is. */
  readonly asked: SureAsked | null;
  /** Looks at each file by itself, and fails on none: a SELECT of the file and of numbers for `hold`, which says whether all of its values are beyond doubt and rules for single values hold. */
  readonly judged: { readonly sql: (table: string) => string; readonly hold: (numbers: readonly number[], rows: number) => boolean };
  /** Whether `judged` has to be asked before the rows are written: there are rules for single values. */
  readonly hasRules: boolean;
  /** Bounds for the number of rows hold. */
  readonly holdsRows: (rows: number) => boolean;
}

export interface SureAsked {
  /** A table expression of the texts, for `WITH`: as the plain table `#rows`, and FILE. */
  readonly rows: (table: string) => string;
  /** Null: only one file can be asked at a time. */
  readonly questions: readonly FileQuestion[] | null;
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
  const doubts: string[] = [];
  for (const [i, column] of plan.columns.entries()) {
    const sure = sureColumn(column);
    if (sure === null) return null;
    const value = `v${i}`;
    columns.push({ plan: column, value, text: sure.text?.(value) ?? null });
    const field = `c${places[i] as number}`;
    sql.push(`${valueSql(column, sure, plan, field, DOUBT)} AS ${value}`);
    doubts.push(`${valueSql(column, sure, plan, field, 'NULL')} AS ${value}, ${doubtSql(column, sure, plan, field)} AS d${i}`);
  }
  const values = (table: string): string => `SELECT ${sql.join(', ')} FROM ${identifier(table)}`;
  const asked = askedSql(plan, columns, (table) => `SELECT ${identifier(FILE)}, ${sql.join(', ')} FROM ${identifier(table)}`);
  const counted = countsOf(plan, columns, places);
  if (asked === undefined || counted === undefined) return null;
  return { values, columns, asked, judged: judgedSql(counted, doubts), hasRules: counted.length > 0, holdsRows: (rows) => plan.rules.every((rule) => rule.metric !== 'rowCount' || holds(rule.bound, rows)) };
}

/** Where each column stands in the file; null where the checker would have something to say of the header. */
function placesOf({ columns, source }: ContractPlan, headers: readonly string[]): number[] | null {
  if (new Set(headers).size !== headers.length) return null;
  const known = new Set([...source.ignoredColumns, ...columns.flatMap((column) => column.headers)]);
  if (!headers.every((header) => known.has(header))) return null;
  const places = columns.map((column) => headers.flatMap((header, at) => (column.headers.includes(header) ? [at] : [])));
  return places.every(({ length }) => length === 1) ? places.flat() : null;
}

function emptySql({ type }: ColumnPlan, { source }: ContractPlan, v: string): string {
  const nulls = [...new Set([...source.nullValues, ...(type.kind === 'string' ? [] : [''])])];
  return `${v} IS NULL${nulls.length === 0 ? '' : ` OR ${v} IN (${nulls.map(literal).join(', ')})`}`;
}

/** `doubt`: what stands for a value that is in doubt. */
function valueSql(column: ColumnPlan, sure: SureColumn, plan: ContractPlan, v: string, doubt: string): string {
  return `CASE WHEN ${emptySql(column, plan, v)} THEN ${column.required ? doubt : 'NULL'} WHEN ${sure.is(v)} THEN ${sure.value(v)} ELSE ${doubt} END`;
}

function doubtSql(column: ColumnPlan, sure: SureColumn, plan: ContractPlan, v: string): string {
  return `CASE WHEN ${emptySql(column, plan, v)} THEN ${String(column.required)} WHEN ${sure.is(v)} THEN false ELSE true END`;
}

/** Undefined where what is asked cannot be asked of these texts. */
function askedSql(plan: ContractPlan, columns: readonly SureValue[], values: SureRows['values']): SureAsked | null | undefined {
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
  return { rows: (table) => `${identifier(ROWS)} AS NOT MATERIALIZED (SELECT 0 AS ${identifier(LINE)}, ${identifier(FILE)}, ${texts.join(', ')} FROM (${values(table)}))`, questions: fileQuestions(plan) };
}

interface Counted {
  readonly rule: RulePlan;
  readonly condition: string;
}

/** What is counted of the rules for single values. Undefined where something cannot be counted here. */
function countsOf(plan: ContractPlan, columns: readonly SureValue[], places: readonly number[]): Counted[] | undefined {
  const counted: Counted[] = [];
  for (const [i, { plan: column, value, text }] of columns.entries()) {
    for (const rule of column.rules) {
      const condition = counterSql(rule, column, { field: `c${places[i] as number}`, value, text });
      if (condition === undefined) return undefined;
      if (condition !== null) counted.push({ rule, condition });
    }
  }
  return counted;
}

function judgedSql(counted: readonly Counted[], doubts: readonly string[]): SureRows['judged'] {
  const isDoubt = doubts.map((_, i) => `d${i}`).join(' OR ');
  const counts = ['true', isDoubt, ...counted.map(({ condition }) => condition)].map((condition) => `count(*) FILTER (WHERE ${condition})`);
  return {
    sql: (table) => `SELECT ${identifier(FILE)}, ${counts.join(', ')} FROM (SELECT *, ${doubts.join(', ')} FROM ${identifier(table)}) GROUP BY ${identifier(FILE)}`,
    hold: ([all, doubtful, ...found], rows) => all === rows && doubtful === 0 && counted.every(({ rule }, i) => holds(rule.bound, rule.unit === 'percent' ? (100 * (found[i] ?? NaN)) / rows : (found[i] ?? NaN))),
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
