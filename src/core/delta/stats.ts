import type { TableSchema } from './schema.ts';
import { statisticJson } from './values.ts';

/** Statistics of a data file (PROTOCOL.md "Per-file Statistics"). */

/** Of one column of a file; texts as DuckDB casts them. */
export interface ColumnFacts {
  readonly min: string | null;
  readonly max: string | null;
  readonly nulls: number | null;
}

/**
 * The text of `stats`. `hidden` are columns that get none, because they are classed as personal and not masked: what stands in the log can be read by anyone who can
 * read the table's folder listing. A column whose rows are all NULL has no smallest and largest value.
 */
export function statsText(rows: number, schema: TableSchema, facts: ReadonlyMap<string, ColumnFacts>, hidden: ReadonlySet<string>): string {
  const parts: Record<'minValues' | 'maxValues' | 'nullCount', string[]> = { minValues: [], maxValues: [], nullCount: [] };
  for (const { name, type } of schema) {
    const known = hidden.has(name) ? undefined : facts.get(name);
    if (known === undefined) continue;
    const label = JSON.stringify(name);
    const min = known.min === null ? null : statisticJson(type, known.min, 'min');
    const max = known.max === null ? null : statisticJson(type, known.max, 'max');
    // One without the other helps nobody, and some readers take a missing one for an empty column.
    if (min !== null && max !== null && known.nulls !== rows) {
      parts.minValues.push(`${label}:${min}`);
      parts.maxValues.push(`${label}:${max}`);
    }
    if (known.nulls !== null) parts.nullCount.push(`${label}:${known.nulls}`);
  }
  const members = Object.entries(parts).map(([member, values]) => `"${member}":{${values.join(',')}}`);
  return `{"numRecords":${rows},${members.join(',')}}`;
}

export interface FileStats {
  readonly rows: number | null;
  /** Column → text of the value: numbers keep their digits. */
  readonly min: ReadonlyMap<string, string>;
  readonly max: ReadonlyMap<string, string>;
  readonly nulls: ReadonlyMap<string, number>;
}

const nothing: FileStats = { rows: null, min: new Map(), max: new Map(), nulls: new Map() };

/** Reads `stats`; what is not there or not well-formed is not known, and never an error: statistics only ever leave files out. `columns`: those that are asked about; null: all. */
export function parseStats(text: string | undefined, columns: ReadonlySet<string> | null = null): FileStats {
  if (text === undefined) return nothing;
  let value: unknown;
  try {
    // With a reviver it takes five times as long, which a table of 20,000 files would feel.
    value = LONG_NUMBER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
  } catch {
    return nothing;
  }
  if (!isObject(value)) return nothing;
  const rows = textOf(value['numRecords']);
  return {
    rows: rows !== null && /^\d{1,15}$/.test(rows) ? Number(rows) : null,
    min: textsOf(value['minValues'], columns),
    max: textsOf(value['maxValues'], columns),
    nulls: new Map([...textsOf(value['nullCount'], columns)].flatMap(([name, count]) => (/^\d{1,15}$/.test(count) ? [[name, Number(count)] as const] : []))),
  };
}

/** Perhaps one that JavaScript would not hold or write as it is. */
const LONG_NUMBER = /[\d.]{16}|\d[eE]|\.\d*0(?![\dZ])/;

/** Numbers become their own text: a whole number of 19 digits is not one that JavaScript can hold. */
function keepDigits(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}

function textsOf(value: unknown, columns: ReadonlySet<string> | null): Map<string, string> {
  const texts = new Map<string, string>();
  if (!isObject(value)) return texts;
  for (const name of columns ?? Object.keys(value)) {
    const text = Object.hasOwn(value, name) ? textOf(value[name]) : null;
    if (text !== null) texts.set(name, text);
  }
  return texts;
}

function textOf(value: unknown): string | null {
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? value : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
