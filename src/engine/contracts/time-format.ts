/**
 * Formats of dates and times as ODCS writes them: patterns of the JDK's DateTimeFormatter, of which these letters are known: `yyyy yy M MM MMM MMMM d dd H HH h hh m mm s ss S… a X XX
 * XXX`, text in single quotes, and all that is no letter. Compiled once to a regular expression without nested repetition, so that no value takes long.
 */
export interface TimeFormat {
  readonly pattern: string;
  readonly hasDate: boolean;
  readonly hasTime: boolean;
  readonly hasZone: boolean;
  read(text: string): TimeParts | null;
}

export interface TimeParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Digits behind the second, as written; at most nine. */
  readonly fraction: string;
  /** Offset from UTC in minutes; null where the format has none. */
  readonly offset: number | null;
}

type Field = 'year' | 'year2' | 'month' | 'monthName' | 'day' | 'hour' | 'hour12' | 'minute' | 'second' | 'fraction' | 'half' | 'zone';

const months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];

/** The format that a pattern means, or what is wrong with it: the end of the sentence "The format …". */
export function timeFormat(pattern: string): TimeFormat | string {
  const fields: Field[] = [];
  let source = '';
  for (let at = 0; at < pattern.length; ) {
    const character = pattern.charAt(at);
    if (character === "'") {
      const quoted = /'((?:[^']|'')*)'/y;
      quoted.lastIndex = at;
      // Two quotes are one, inside of quoted text and out of it.
      const found = pattern.startsWith("''", at) ? ["''", "'"] : quoted.exec(pattern);
      if (found === null) return 'has a quote that is never closed';
      source += escaped((found[1] as string).replaceAll("''", "'"));
      at += (found[0] as string).length;
      continue;
    }
    if (!/[A-Za-z]/.test(character)) {
      source += escaped(character);
      at++;
      continue;
    }
    let length = 1;
    while (pattern.charAt(at + length) === character) length++;
    const piece = pieceOf(character, length);
    if (piece === null) return `has "${character.repeat(length)}", which is not known here`;
    const [field, expression] = piece;
    if (fields.includes(field)) return `has "${character.repeat(length)}" twice`;
    fields.push(field);
    source += `(${expression})`;
    at += length;
  }
  const has = (field: Field): boolean => fields.includes(field);
  const hasDate = (has('year') || has('year2')) && (has('month') || has('monthName')) && has('day');
  const hasTime = (has('hour') || (has('hour12') && has('half'))) && has('minute');
  if (has('hour12') && !has('half')) return 'has "h" without "a": it does not say which half of the day is meant (write H for 0 to 23)';
  const expression = new RegExp(`^${source}$`, 'i');
  return { pattern, hasDate, hasTime, hasZone: has('zone'), read: (text) => partsOf(expression.exec(text), fields) };
}

function pieceOf(letter: string, length: number): readonly [Field, string] | null {
  const digits = (most: number): string => (length === 1 ? String.raw`\d{1,${most}}` : String.raw`\d{${most}}`);
  switch (letter) {
    case 'y':
    case 'u':
      return length === 4 ? ['year', String.raw`\d{4}`] : length === 2 ? ['year2', String.raw`\d\d`] : null;
    case 'M':
      if (length === 3) return ['monthName', months.map((name) => name.slice(0, 3)).join('|')];
      return length === 4 ? ['monthName', months.join('|')] : length <= 2 ? ['month', digits(2)] : null;
    case 'd':
      return length <= 2 ? ['day', digits(2)] : null;
    case 'H':
      return length <= 2 ? ['hour', digits(2)] : null;
    case 'h':
      return length <= 2 ? ['hour12', digits(2)] : null;
    case 'm':
      return length <= 2 ? ['minute', digits(2)] : null;
    case 's':
      return length <= 2 ? ['second', digits(2)] : null;
    case 'S':
      return length <= 9 ? ['fraction', length === 1 ? String.raw`\d{1,9}` : String.raw`\d{${length}}`] : null;
    case 'a':
      return length === 1 ? ['half', 'am|pm|a\\.m\\.|p\\.m\\.'] : null;
    case 'X':
      return length <= 3 ? ['zone', String.raw`Z|[+-]\d\d(?::?\d\d)?`] : null;
    default:
      return null;
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}

function partsOf(found: RegExpExecArray | null, fields: readonly Field[]): TimeParts | null {
  if (found === null) return null;
  const parts = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, fraction: '', offset: null as number | null };
  let isAfternoon: boolean | null = null;
  for (let i = 0; i < fields.length; i++) {
    const text = found[i + 1] as string;
    switch (fields[i] as Field) {
      case 'year':
        parts.year = Number(text);
        break;
      case 'year2':
        // As most programs have it: 69 to 99 are of the last century.
        parts.year = Number(text) + (Number(text) < 69 ? 2000 : 1900);
        break;
      case 'month':
        parts.month = Number(text);
        break;
      case 'monthName':
        parts.month = months.findIndex((name) => name.startsWith(text.toLowerCase().slice(0, 3))) + 1;
        break;
      case 'day':
        parts.day = Number(text);
        break;
      case 'hour':
        parts.hour = Number(text);
        break;
      case 'hour12':
        if (Number(text) < 1 || Number(text) > 12) return null;
        parts.hour = Number(text) % 12;
        break;
      case 'minute':
        parts.minute = Number(text);
        break;
      case 'second':
        parts.second = Number(text);
        break;
      case 'fraction':
        parts.fraction = text;
        break;
      case 'half':
        isAfternoon = text.toLowerCase().startsWith('p');
        break;
      case 'zone':
        parts.offset = offsetOf(text);
        break;
    }
  }
  if (isAfternoon === true) parts.hour += 12;
  const { year, month, day, hour, minute, second, offset } = parts;
  const isThere = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hour <= 23 && minute <= 59 && second <= 59;
  return isThere && (offset === null || Math.abs(offset) <= 18 * 60) ? parts : null;
}

function offsetOf(text: string): number {
  if (text.toUpperCase() === 'Z') return 0;
  const digits = text.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || '0');
  return text.startsWith('-') ? -minutes : minutes;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
