import { orderTo } from './number-order.ts';
import type { ColumnPlan, NumberFormat, TypePlan } from './plan.ts';
import { timeFormat } from './time-format.ts';
import type { TimeFormat, TimeParts } from './time-format.ts';

/** Values as files have them, read by a column's type. */

/**
 * Reads a value of the type: answers it in the one form that the table and every comparison have (ISO dates, UTC instants, plain decimal digits, `true` and `false`), or null
 * where the text is none. Throws a RangeError for a type that `compileContract` does not make.
 */
export type ReadValue = (text: string) => string | null;

export function valueReader(type: TypePlan): ReadValue {
  switch (type.kind) {
    case 'string':
      return (text) => text;
    case 'object':
      return (text) => jsonOf(text, (value) => typeof value === 'object' && value !== null && !Array.isArray(value));
    case 'array':
      return (text) => jsonOf(text, Array.isArray);
    case 'boolean': {
      const [yes, no] = [new Set(type.trueValues.map(lower)), new Set(type.falseValues.map(lower))];
      return (text) => (yes.has(lower(text.trim())) ? 'true' : no.has(lower(text.trim())) ? 'false' : null);
    }
    case 'integer':
      return integerReader(type.number, type.bits);
    case 'number':
      return type.decimal === null ? floatReader(type.number, type.bits) : decimalReader(type.number, type.decimal);
    case 'date': {
      const formats = known(type.formats);
      return firstOf(formats, dateText);
    }
    case 'time': {
      const formats = known(type.formats);
      return firstOf(formats, timeText);
    }
    case 'timestamp': {
      const formats = known(type.formats);
      const zone = new Zone(type.zone);
      return firstOf(formats, (parts) => zone.instant(parts));
    }
  }
}

/** Whether a value, in the table's form, keeps to what the column allows, its pattern left out (check/table-questions.ts asks it); else what it breaks, the end of a sentence. */
export function limitChecker({ type, limits }: ColumnPlan): (value: string) => string | null {
  const checks: ((value: string) => string | null)[] = [];
  const { minLength, maxLength, multipleOf } = limits;
  if (minLength !== undefined) checks.push((value) => (value.length < 2 * minLength && [...value].length < minLength ? `shorter than ${minLength}` : null));
  if (maxLength !== undefined) checks.push((value) => (value.length > maxLength && [...value].length > maxLength ? `longer than ${maxLength}` : null));
  if (multipleOf !== undefined) {
    const isWhole = type.kind === 'integer' && Number.isSafeInteger(multipleOf);
    checks.push((value) => ((isWhole ? BigInt(value) % BigInt(multipleOf) === 0n : isMultiple(Number(value), multipleOf)) ? null : `not a multiple of ${multipleOf}`));
  }
  const isNumber = type.kind === 'integer' || type.kind === 'number';
  const isExact = type.kind === 'integer' || (type.kind === 'number' && type.decimal !== null);
  const bound = (limit: number | string | undefined, words: string, breaks: (order: number) => boolean): void => {
    if (limit === undefined) return;
    const compare = isExact ? orderTo(limit) : isNumber ? (value: string): number => Number(value) - Number(limit) : (value: string): number => (value < String(limit) ? -1 : value > String(limit) ? 1 : 0);
    checks.push((value) => (breaks(compare(value)) ? `${words} ${limit}` : null));
  };
  bound(limits.minimum, 'less than', (order) => order < 0);
  bound(limits.exclusiveMinimum, 'not more than', (order) => order <= 0);
  bound(limits.maximum, 'more than', (order) => order > 0);
  bound(limits.exclusiveMaximum, 'not less than', (order) => order >= 0);
  if (checks.length === 0) return () => null;
  return (value) => {
    for (const check of checks) {
      const broken = check(value);
      if (broken !== null) return broken;
    }
    return null;
  };
}

function isMultiple(value: number, step: number): boolean {
  const ratio = value / step;
  return Math.abs(ratio - Math.round(ratio)) < 1e-9 * Math.max(1, Math.abs(ratio));
}

const lower = (text: string): string => text.toLowerCase();

function jsonOf(text: string, is: (value: unknown) => boolean): string | null {
  try {
    return is(JSON.parse(text)) ? text : null;
  } catch {
    return null;
  }
}

function known(patterns: readonly string[]): TimeFormat[] {
  return patterns.map((pattern) => {
    const format = timeFormat(pattern);
    if (typeof format === 'string') throw new RangeError(`The format "${pattern}" ${format}.`);
    return format;
  });
}

function firstOf(formats: readonly TimeFormat[], write: (parts: TimeParts) => string | null): ReadValue {
  return (text) => {
    const trimmed = text.trim();
    for (const format of formats) {
      const parts = format.read(trimmed);
      if (parts !== null) return write(parts);
    }
    return null;
  };
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
const dateText = ({ year, month, day }: TimeParts): string => `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
const timeText = ({ hour, minute, second, fraction }: TimeParts): string => `${two(hour)}:${two(minute)}:${two(second)}${fractionText(fraction)}`;

/** Microseconds, which is what a table keeps; without zeros at the end. */
function fractionText(fraction: string): string {
  const digits = fraction.slice(0, 6).replace(/0+$/, '');
  return digits === '' ? '' : `.${digits}`;
}

/** Plain digits of a number: sign, digits, and behind a point digits; exponents stay. Null where it is none. */
function plainNumber(text: string, { decimal, group, prefix, suffix }: NumberFormat): string | null {
  let rest = text.trim();
  let sign = '';
  const takeSign = (): void => {
    if (sign === '' && (rest.startsWith('-') || rest.startsWith('+'))) {
      sign = rest.charAt(0);
      rest = rest.slice(1).trimStart();
    }
  };
  takeSign();
  if (prefix !== null && rest.startsWith(prefix)) rest = rest.slice(prefix.length).trimStart();
  takeSign();
  if (suffix !== null && rest.endsWith(suffix)) rest = rest.slice(0, -suffix.length).trimEnd();
  if (group !== null && rest.includes(group)) {
    const [whole = '', ...behind] = rest.split(decimal);
    // A group that has not three digits is a number that was written by other rules.
    if (!whole.split(group).every((part, i) => (i === 0 ? /^\d{1,3}$/ : /^\d{3}$/).test(part))) return null;
    rest = [whole.replaceAll(group, ''), ...behind].join(decimal);
  }
  if (decimal !== '.') {
    if (rest.includes('.')) return null;
    rest = rest.replace(decimal, '.');
  }
  return /^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(rest) ? `${sign === '-' ? '-' : ''}${rest}` : null;
}

function integerReader(format: NumberFormat, bits: 32 | 64): ReadValue {
  const [least, most] = bits === 32 ? [-2147483648n, 2147483647n] : [-9223372036854775808n, 9223372036854775807n];
  return (text) => {
    const plain = plainNumber(text, format);
    const found = plain === null ? null : /^(-?)0*(\d+)(?:\.0*)?$/.exec(plain);
    if (found === null || (found[2] as string).length > 19) return null;
    const digits = `${found[1]}${found[2]}`;
    if (digits.length < 10) return digits === '-0' ? '0' : digits;
    const value = BigInt(digits);
    return value >= least && value <= most ? String(value) : null;
  };
}

function floatReader(format: NumberFormat, bits: 32 | 64): ReadValue {
  return (text) => {
    const plain = plainNumber(text, format);
    if (plain === null) return null;
    const value = bits === 32 ? Math.fround(Number(plain)) : Number(plain);
    return Number.isFinite(value) ? String(value) : null;
  };
}

/** Never rounded: a value with more digits behind the point than the scale is none, unless they are zeros. */
function decimalReader(format: NumberFormat, { precision, scale }: { readonly precision: number; readonly scale: number }): ReadValue {
  return (text) => {
    const plain = plainNumber(text, format);
    const found = plain === null ? null : /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(plain);
    if (found === null) return null;
    const [, sign = '', whole = '', behind = ''] = found;
    if (behind.length > scale || whole.length > precision - scale) return null;
    const digits = `${whole === '' ? '0' : whole}${scale === 0 ? '' : `.${behind.padEnd(scale, '0')}`}`;
    return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits;
  };
}

/** Local times of a zone as instants. Offsets are asked of the system once for each local hour. */
class Zone {
  readonly #format: Intl.DateTimeFormat | null;
  readonly #offsets = new Map<number, number>();

  constructor(zone: string) {
    const isUtc = ['UTC', 'Etc/UTC', 'Z'].includes(zone);
    this.#format = isUtc ? null : new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  }

  instant(parts: TimeParts): string | null {
    const { year, month, day, hour, minute, second, fraction, offset } = parts;
    const local = utcOf(year, month, day, hour, minute, second);
    const ms = local - (offset ?? this.#offset(local)) * 60_000;
    const date = new Date(ms);
    if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) return null;
    return `${date.toISOString().slice(0, 19)}${fractionText(fraction)}Z`;
  }

  /** Minutes by which the zone is before UTC at a local time; where the clock is set back, the first of the two. */
  #offset(local: number): number {
    if (this.#format === null) return 0;
    const hour = Math.floor(local / 900_000);
    const held = this.#offsets.get(hour);
    if (held !== undefined) return held;
    const before = this.#offsetAt(local - 86_400_000);
    const first = this.#offsetAt(local - before * 60_000) === before ? before : this.#offsetAt(local - this.#offsetAt(local) * 60_000);
    if (this.#offsets.size > 200_000) this.#offsets.clear();
    this.#offsets.set(hour, first);
    return first;
  }

  #offsetAt(ms: number): number {
    const found: Record<string, number> = {};
    for (const { type, value } of this.#format?.formatToParts(ms) ?? []) found[type] = Number(value);
    const shown = utcOf(found['year'] ?? 1970, found['month'] ?? 1, found['day'] ?? 1, found['hour'] ?? 0, found['minute'] ?? 0, found['second'] ?? 0);
    return Math.round((shown - Math.floor(ms / 1000) * 1000) / 60_000);
  }
}

/** Date.UTC takes the years 0 to 99 for those of the last century. */
function utcOf(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, 0);
  return date.getTime();
}
