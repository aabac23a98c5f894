import type { ColumnType } from './schema.ts';
import { decimalOf } from './schema.ts';

/** Values as texts: those of partitions and statistics (PROTOCOL.md "Partition Value Serialization", "Per-file Statistics"). */

const integers: ReadonlySet<string> = new Set(['long', 'integer', 'short', 'byte']);
const dayGrammar = /^\d{4}-\d\d-\d\d$/;
const instantGrammar = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(?:Z|\+00(?::?00)?)?$/;

/** Whether a text is an integer or a decimal number without exponent. */
function isDecimal(text: string): boolean {
  return /^-?\d+(?:\.\d+)?$/.test(text);
}

/**
 * A partition's value as the log writes it, from the text that DuckDB casts it to. Undefined where the type cannot have it: also for the empty text, which Delta reads
 * as NULL, and for days that do not have four digits of a year.
 */
export function partitionText(type: ColumnType, value: string | null): string | null | undefined {
  if (value === null) return null;
  if (type === 'string') return value === '' || !value.isWellFormed() || value.includes('\0') ? undefined : value;
  if (integers.has(type)) return /^-?\d+$/.test(value) ? value : undefined;
  if (decimalOf(type) !== null) return isDecimal(value) ? value : undefined;
  if (type === 'boolean') return value === 'true' || value === 'false' ? value : undefined;
  if (type === 'date') return dayGrammar.test(value) ? value : undefined;
  if (type === 'timestamp') {
    const found = instantGrammar.exec(value);
    return found === null ? undefined : `${found[1]}T${found[2]}.${(found[3] ?? '').padEnd(6, '0')}Z`;
  }
  return undefined;
}

/** Characters of a text that statistics keep. */
const TEXT_KEPT = 32;
/** Sorts after every character that can follow. */
const LAST = '\u{10FFFF}';

/**
 * JSON of a smallest or largest value in the statistics, from the text that DuckDB casts it to; null where none can be given. Texts are cut, a largest one made larger
 * than what was cut off; instants are cut to milliseconds, as the protocol says. Whole and decimal numbers keep every digit.
 */
export function statisticJson(type: ColumnType, value: string, bound: 'min' | 'max'): string | null {
  if (integers.has(type)) return /^-?\d+$/.test(value) ? value : null;
  if (decimalOf(type) !== null) return isDecimal(value) ? value : null;
  if (type === 'float' || type === 'double') return /^-?\d/.test(value) && Number.isFinite(Number(value)) ? numberJson(value) : null;
  if (type === 'date') return dayGrammar.test(value) ? `"${value}"` : null;
  if (type === 'timestamp') {
    const found = instantGrammar.exec(value);
    return found === null ? null : `"${found[1]}T${found[2]}.${(found[3] ?? '').padEnd(3, '0').slice(0, 3)}Z"`;
  }
  if (type !== 'string' || !value.isWellFormed()) return null;
  const kept = [...value].slice(0, TEXT_KEPT).join('');
  if (kept.length === value.length) return JSON.stringify(value);
  if (bound === 'min') return JSON.stringify(kept);
  return value.slice(kept.length).startsWith(LAST) ? null : JSON.stringify(kept + LAST);
}

/** A number as JSON has them: `-0.0`, `1e+20` and `1.` are not written alike everywhere. */
function numberJson(text: string): string {
  const number = Number(text);
  return Object.is(number, -0) ? '-0.0' : String(number);
}

/** Negative, zero or positive as `a` is before, the same as, or after `b`; null where that cannot be told. Texts as the log or the statistics write them. */
export function compareValues(type: ColumnType, a: string, b: string): number | null {
  if (integers.has(type)) return compareDecimals(a, b);
  if (decimalOf(type) !== null) return compareDecimals(a, b);
  if (type === 'float' || type === 'double') {
    const [x, y] = [Number(a), Number(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? null : x - y;
  }
  if (type === 'timestamp') {
    const [x, y] = [microseconds(a), microseconds(b)];
    return x === null || y === null ? null : x < y ? -1 : x > y ? 1 : 0;
  }
  if (type === 'date') return dayGrammar.test(a) && dayGrammar.test(b) ? compareTexts(a, b) : null;
  if (type === 'string') return compareTexts(a, b);
  return a === b ? 0 : null;
}

/** By code points, as UTF-8 bytes are compared; JavaScript's own order differs above U+FFFF. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; ) {
    const [x, y] = [a.codePointAt(i) ?? 0, b.codePointAt(i) ?? 0];
    if (x !== y) return x - y;
    i += x > 0xffff ? 2 : 1;
  }
  return a.length - b.length;
}

function compareDecimals(a: string, b: string): number | null {
  if (!isDecimal(a) || !isDecimal(b)) return null;
  const places = Math.max(fraction(a).length, fraction(b).length);
  const [x, y] = [scaled(a, places), scaled(b, places)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function fraction(text: string): string {
  return text.split('.')[1] ?? '';
}

function scaled(text: string, places: number): bigint {
  return BigInt(text.replace('.', '') + '0'.repeat(places - fraction(text).length));
}

/** Microseconds since 1970 of an instant in UTC; null where it is none. */
export function microseconds(text: string): bigint | null {
  const found = instantGrammar.exec(text);
  if (found === null) return null;
  const ms = Date.parse(`${found[1]}T${found[2]}Z`);
  return Number.isNaN(ms) ? null : BigInt(ms) * 1000n + BigInt((found[3] ?? '').padEnd(6, '0'));
}
