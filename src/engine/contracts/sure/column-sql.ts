import { isoDate, isoTimestamp } from '../column-type.ts';
import { exactNumber } from '../number-order.ts';
import type { ColumnPlan, LimitsPlan, NumberFormat, TypePlan } from '../plan.ts';
import { strptimeFormat } from './time-sql.ts';

/**
 * A column's values in SQL, of texts that are written in the one way which leaves no doubt: `valueReader` and `limitChecker` take each of them, and both give the same value. Every other text is no
 * fault, it is only not for here: on it the statement fails, and the rows are read by those two.
 */
export interface SureColumn {
  /** Whether the text in the column `v` is such a text; what is empty is asked before. */
  readonly is: (v: string) => string;
  /** Its value, typed: a TIMESTAMP in UTC for instants. */
  readonly value: (v: string) => string;
  /** The text that `valueReader` gives, out of the typed value; null where SQL would write it otherwise. */
  readonly text: ((value: string) => string) | null;
}

/** Null where a type, or a limit, has nothing here. */
export function sureColumn({ type, limits }: ColumnPlan): SureColumn | null {
  const column = sureType(type);
  const more = column === null ? null : limitSql(type, limits);
  if (column === null || more === null) return null;
  return more.length === 0 ? column : { ...column, is: (v) => [column.is(v), ...more.map((limit) => limit(v, column.value(v)))].join(' AND ') };
}

function sureType(type: TypePlan): SureColumn | null {
  switch (type.kind) {
    case 'string':
      return { is: () => 'true', value: (v) => v, text: (value) => value };
    case 'boolean': {
      const [yes, no] = [type.trueValues, type.falseValues].map((values) => values.filter((value) => /^[!-~]+$/.test(value)));
      if (yes === undefined || no === undefined || yes.length === 0 || no.length === 0) return null;
      return { is: (v) => `${v} IN (${[...yes, ...no].map(literal).join(', ')})`, value: (v) => `(${v} IN (${yes.map(literal).join(', ')}))`, text: varchar };
    }
    case 'integer': {
      if (!isPlain(type.number)) return null;
      const value = (v: string): string => `TRY_CAST(${v} AS ${type.bits === 32 ? 'INTEGER' : 'BIGINT'})`;
      return { is: (v) => `CAST(${value(v)} AS VARCHAR) = ${v}`, value, text: varchar };
    }
    case 'number':
      return isPlain(type.number) ? sureNumber(type) : null;
    case 'date':
      return sureTime('DATE', type.formats, isoDate, varchar);
    case 'timestamp': {
      const isUtc = ['UTC', 'Etc/UTC', 'Z'].includes(type.zone);
      return sureTime('TIMESTAMP', type.formats, isoTimestamp, (value) => `(replace(CAST(${value} AS VARCHAR), ' ', 'T') || 'Z')`, isUtc);
    }
    default:
      return null;
  }
}

function sureNumber({ decimal, bits }: Extract<TypePlan, { kind: 'number' }>): SureColumn {
  if (decimal !== null) {
    const [whole, scale] = [decimal.precision - decimal.scale, decimal.scale];
    const pattern = `-?(0${whole === 0 ? '' : `|[1-9][0-9]{0,${whole - 1}}`})${scale === 0 ? '' : `(\\.[0-9]{1,${scale}})?`}`;
    return { is: (v) => `regexp_full_match(${v}, ${literal(pattern)})`, value: (v) => `TRY_CAST(${v} AS DECIMAL(${decimal.precision},${decimal.scale}))`, text: varchar };
  }
  const double = (v: string): string => `TRY_CAST(${v} AS DOUBLE)`;
  return {
    // So few digits that nothing overflows; a zero has no sign.
    is: (v) => String.raw`regexp_full_match(${v}, '-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?') AND (${double(v)} <> 0 OR NOT starts_with(${v}, '-'))`,
    value: (v) => (bits === 32 ? `CAST(${double(v)} AS FLOAT)` : double(v)),
    text: null,
  };
}

/** Of several formats the first that fits is meant: all of ISO 8601 mean the same, of others only the first is sure to be the one. */
function sureTime(type: 'DATE' | 'TIMESTAMP', formats: readonly string[], iso: readonly string[], text: NonNullable<SureColumn['text']>, isUtc = true): SureColumn | null {
  const isIso = formats.every((format) => iso.includes(format));
  const known = (isIso ? formats : formats.slice(0, 1)).flatMap((format) => strptimeFormat(format) ?? []).filter(({ hasZone }) => isUtc || hasZone || type === 'DATE');
  const [first] = known;
  if (first === undefined) return null;
  const value = (v: string): string => (isIso ? `TRY_CAST(${v} AS ${type})` : `CAST(try_strptime(${v}, ${literal(first.sql)}) AS ${type})`);
  const same = (v: string) => known.map(({ sql, length }) => `(strlen(${v}) = ${length} AND strftime(${value(v)}, ${literal(sql)}) = ${v})`).join(' OR ');
  return { is: (v) => `(${value(v)} >= ${type} '0001-01-01' AND (${same(v)}))`, value, text };
}

type LimitSql = (v: string, value: string) => string;

/** Null where a limit has nothing here. */
function limitSql(type: TypePlan, limits: LimitsPlan): LimitSql[] | null {
  const found: LimitSql[] = [];
  const { minLength, maxLength, multipleOf } = limits;
  if (minLength !== undefined) found.push((v) => `length(${v}) >= ${minLength}`);
  if (maxLength !== undefined) found.push((v) => `length(${v}) <= ${maxLength}`);
  // Where the digits of a number in JavaScript end, "multiple" is a matter of taste.
  if (multipleOf !== undefined) {
    if (type.kind !== 'integer' || !Number.isSafeInteger(multipleOf)) return null;
    found.push((_, value) => `${value} % ${multipleOf} = 0`);
  }
  for (const [name, operator] of [['minimum', '>='], ['exclusiveMinimum', '>'], ['maximum', '<='], ['exclusiveMaximum', '<']] as const) {
    const limit = limits[name];
    if (limit === undefined) continue;
    const bound = boundSql(type, limit, operator);
    if (bound === null) return null;
    found.push(bound);
  }
  return found;
}

function boundSql(type: TypePlan, limit: number | string, operator: string): LimitSql | null {
  if (type.kind === 'integer' || (type.kind === 'number' && type.decimal !== null)) return exactBoundSql(type, limit, operator);
  if (type.kind === 'number') {
    const number = Number(limit);
    return Number.isFinite(number) ? (v, value) => `${type.bits === 32 ? `CAST(${value} AS DOUBLE)` : `TRY_CAST(${v} AS DOUBLE)`} ${operator} CAST('${number}' AS DOUBLE)` : null;
  }
  if (type.kind === 'date' && /^\d{4}-\d\d-\d\d$/.test(String(limit))) return (_, value) => `${value} ${operator} DATE '${limit}'`;
  if (type.kind === 'timestamp' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(limit))) return (_, value) => `${value} ${operator} TIMESTAMP '${String(limit).slice(0, 19)}'`;
  return null;
}

/** Digit for digit, as limitChecker does; null for a limit that no decimal of DuckDB can be compared with. */
function exactBoundSql(type: TypePlan, limit: number | string, operator: string): LimitSql | null {
  const exact = exactNumber(limit);
  const own = type.kind === 'number' && type.decimal !== null ? type.decimal : { precision: 19, scale: 0 };
  if (exact === null) return null;
  const [sign, digits] = exact.digits < 0n ? ['-', String(-exact.digits)] : ['', String(exact.digits)];
  const padded = digits.padStart(exact.scale + 1, '0');
  const width = Math.max(padded.length - exact.scale, own.precision - own.scale) + Math.max(exact.scale, own.scale);
  if (width > 38) return null;
  const text = `${sign}${padded.slice(0, padded.length - exact.scale)}${exact.scale === 0 ? '' : `.${padded.slice(-exact.scale)}`}`;
  const both = `DECIMAL(${width},${Math.max(exact.scale, own.scale)})`;
  return (_, value) => `CAST(${value} AS ${both}) ${operator} CAST('${text}' AS ${both})`;
}

function isPlain({ decimal, group, prefix, suffix }: NumberFormat): boolean {
  return decimal === '.' && group === null && prefix === null && suffix === null;
}

const varchar = (value: string): string => `CAST(${value} AS VARCHAR)`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
