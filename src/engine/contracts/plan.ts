import type { ContractName } from '../../contract/index.ts';
import type { Operator, SourceFormat } from './odcs.ts';

/** What a contract asks, compiled: all that a check, and whoever makes rows of a table, need of it. Made of plain values only, so that it can be sent to another thread. */
export interface ContractPlan {
  readonly name: ContractName;
  readonly version: string;
  readonly source: SourcePlan;
  /** In the order of the table. */
  readonly columns: readonly ColumnPlan[];
  /** Names of columns, in the order of the key; empty where there is none. */
  readonly primaryKey: readonly string[];
  /** Rules over the whole table. */
  readonly rules: readonly RulePlan[];
  /** Columns by which the rows are laid out, beside `program_id`, in order. */
  readonly partitions: readonly PartitionPlan[];
  readonly retention: RetentionPlan | null;
}

export interface SourcePlan {
  readonly patterns: readonly string[];
  readonly format: SourceFormat;
  /** Null: found out from the file, as is the encoding; always a tab for `tsv`. */
  readonly delimiter: string | null;
  /** Line of the contract that says so; not there where none does. */
  readonly delimiterLine?: number;
  readonly quote: string | null;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | null;
  readonly nullValues: readonly string[];
  readonly ignoredColumns: readonly string[];
}

export interface ColumnPlan {
  /** In the table. */
  readonly name: string;
  /** In the files, any of these, letter for letter. */
  readonly headers: readonly string[];
  readonly type: TypePlan;
  readonly required: boolean;
  readonly unique: boolean;
  readonly limits: LimitsPlan;
  readonly rules: readonly RulePlan[];
  /** Null: no person can be recognised by it, as far as the contract says. */
  readonly pii: { readonly kind: string; readonly mask: MaskPlan } | null;
  readonly description: string | null;
}

export type TypePlan =
  | { readonly kind: 'string' | 'object' | 'array' }
  | { readonly kind: 'boolean'; readonly trueValues: readonly string[]; readonly falseValues: readonly string[] }
  | { readonly kind: 'integer'; readonly bits: 32 | 64; readonly number: NumberFormat }
  /** `decimal`: exact, digits before and behind the point together, and behind it. */
  | { readonly kind: 'number'; readonly decimal: { readonly precision: number; readonly scale: number } | null; readonly bits: 32 | 64; readonly number: NumberFormat }
  | { readonly kind: 'date' | 'time'; readonly formats: readonly string[] }
  /** `zone`: what is meant where a value has no offset. */
  | { readonly kind: 'timestamp'; readonly formats: readonly string[]; readonly zone: string };

export interface NumberFormat {
  readonly decimal: string;
  readonly group: string | null;
  readonly prefix: string | null;
  readonly suffix: string | null;
}

/** What a single value may be. Bounds are in the form that the table has: numbers, or ISO text that sorts as it is. */
export interface LimitsPlan {
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Matches the whole value; what RE2 knows, which takes linear time whatever a pattern says. */
  readonly pattern?: string;
  readonly multipleOf?: number;
  readonly minimum?: number | string;
  readonly maximum?: number | string;
  readonly exclusiveMinimum?: number | string;
  readonly exclusiveMaximum?: number | string;
}

export type MaskPlan =
  | { readonly how: 'none' | 'hash' | 'token' }
  | { readonly how: 'redact'; readonly text: string }
  | { readonly how: 'generalize'; readonly to: 'year' | 'month' }
  | { readonly how: 'generalize'; readonly step: number }
  | { readonly how: 'generalize'; readonly first: number };

export interface Bound {
  readonly operator: Operator;
  readonly value: number | readonly [number, number];
}

interface Rule {
  /** As people call it: its name, or what it says. */
  readonly title: string;
  readonly bound: Bound;
  readonly unit: 'rows' | 'percent';
}

export type RulePlan =
  /** Empty values, as nullValues of the source says. */
  | (Rule & { readonly metric: 'nullValues' | 'rowCount' })
  | (Rule & { readonly metric: 'missingValues'; readonly missing: readonly (string | null)[] })
  | (Rule & { readonly metric: 'invalidValues'; readonly valid: readonly string[] | null; readonly pattern: string | null })
  | (Rule & { readonly metric: 'duplicateValues'; readonly columns: readonly string[] })
  /** One SELECT with one value; `{object}` and `{property}` were put in. */
  | (Rule & { readonly metric: 'sql'; readonly sql: string });

export interface PartitionPlan {
  readonly column: string;
  /** Null: by the value itself. */
  readonly by: 'year' | 'month' | 'day' | null;
}

export interface RetentionPlan {
  readonly class: string | null;
  readonly value: number;
  readonly unit: 'year' | 'month' | 'day';
}

/** The DuckDB type under which a column's checked values are compared and counted. */
export function sqlType(type: TypePlan): string {
  switch (type.kind) {
    case 'string':
    case 'object':
    case 'array':
    case 'time':
      return 'VARCHAR';
    case 'boolean':
      return 'BOOLEAN';
    case 'integer':
      return type.bits === 32 ? 'INTEGER' : 'BIGINT';
    case 'number':
      return type.decimal === null ? (type.bits === 32 ? 'REAL' : 'DOUBLE') : `DECIMAL(${type.decimal.precision},${type.decimal.scale})`;
    case 'date':
      return 'DATE';
    case 'timestamp':
      return 'TIMESTAMPTZ';
  }
}

/** How a type is called to people: `decimal(18,2)`, `whole number`, `date and time`. */
export function typeWords(type: TypePlan): string {
  switch (type.kind) {
    case 'string':
      return 'text';
    case 'object':
    case 'array':
      return `JSON ${type.kind}`;
    case 'integer':
      return type.bits === 64 ? 'whole number' : 'whole number of 32 bits';
    case 'number':
      return type.decimal === null ? (type.bits === 64 ? 'number' : 'number of 32 bits') : `decimal(${type.decimal.precision},${type.decimal.scale})`;
    case 'boolean':
      return 'yes or no';
    case 'timestamp':
      return 'date and time';
    default:
      return type.kind;
  }
}
