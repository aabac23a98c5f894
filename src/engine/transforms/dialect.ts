import { encodingOf, isWide, textOf, unitOf } from './encoding.ts';
import type { FileEncoding, Units } from './encoding.ts';
import { FileRefusal } from './refusal.ts';
import { QUOTED_DOUBLED, BARE, ROW, RowScanner } from './row-scanner.ts';
import type { Marks } from './row-scanner.ts';
import type { CsvReading, TextEncoding } from './types.ts';

/** How one CSV file is written. */
export interface Dialect extends FileEncoding {
  readonly delimiter: string;
  readonly quote: string;
  readonly endsWithCr: boolean;
}

/** Enough for some hundred rows, and one read. */
export const SAMPLE_BYTES = 256 * 1024;
const SAMPLE_ROWS = 200;
const DELIMITERS = [',', ';', '\t', '|'];
const [LF, CR] = [10, 13];

/**
 * Finds out what was not told. Of the delimiters it takes the one under which the header has most of `wanted`; of equals the one that divides all sampled rows, the header among them, into the same
 * number of fields, and into most; where none does that, the one that divides the header into most. Where none divides it, it is `,`: a file of one column.
 */
export function dialectOf(sample: Uint8Array, told: CsvReading, wanted: readonly string[] = []): Dialect {
  const file = encodingOf(sample, told.encoding);
  const units = unitsOf(sample.subarray(file.mark), file.encoding);
  const [lf, cr] = [unitOf(LF, file.encoding), unitOf(CR, file.encoding)];
  const endsWithCr = !units.includes(lf) && units.includes(cr);
  const quote = told.quote ?? '"';
  const make = (delimiter: string): Dialect => ({ ...file, delimiter, quote, endsWithCr });
  if (told.delimiter !== undefined) return make(told.delimiter);
  let best = make(',');
  let score = 0;
  for (const delimiter of DELIMITERS) {
    if (delimiter === quote) continue;
    const dialect = make(delimiter);
    const { fields, header } = lookAt(units, dialect);
    const value = knownIn(header, wanted) * 1_000_000 + (fields > 1 ? fields : header.length > 1 ? 0.5 - 0.5 / header.length : 0);
    if (value > score) [best, score] = [dialect, value];
  }
  return best;
}

/**
 * The delimiter by which a file seems to be divided in truth, where it was told that it is another: the header has none of `wanted` then, and under that delimiter half of its fields or more are wanted, or the file is one column
 * as it was told and is divided evenly by that one. Null where what was told may be right.
 */
export function otherDelimiter(sample: Uint8Array, told: Dialect, wanted: readonly string[]): string | null {
  const units = unitsOf(sample.subarray(told.mark), told.encoding);
  const { header } = lookAt(units, told);
  if (header.length === 0 || knownIn(header, wanted) > 0) return null;
  const { delimiter } = dialectOf(sample, { quote: told.quote, encoding: told.encoding }, wanted);
  if (delimiter === told.delimiter) return null;
  const other = lookAt(units, { ...told, delimiter });
  const isKnown = 2 * knownIn(other.header, wanted) >= other.header.length;
  return isKnown || (header.length === 1 && other.fields > 1) ? delimiter : null;
}

function knownIn(header: readonly string[], wanted: readonly string[]): number {
  const known = new Set(wanted);
  return new Set(header.filter((name) => known.has(name))).size;
}

/** The names in the first row of a file, of which `sample` is the beginning; null where that row is not whole in it. */
export function headerIn(sample: Uint8Array, dialect: Dialect): string[] | null {
  const units = unitsOf(sample.subarray(dialect.mark), dialect.encoding);
  const scanner = new RowScanner(marksOf(dialect));
  if (units.length === 0 || scanner.scan(units, 0, units.length, sample.length < SAMPLE_BYTES) !== ROW) return null;
  return Array.from({ length: scanner.fields }, (_, i) => fieldText(units, scanner, i, dialect));
}

/** The number of fields that all rows of the sample have, 0 where they differ; and the names in the first. */
function lookAt(units: Units, dialect: Dialect): { fields: number; header: string[] } {
  const scanner = new RowScanner(marksOf(dialect));
  let header: string[] = [];
  let fields = 0;
  let at = 0;
  // The last row of the sample is cut off, unless the file ends there; it says nothing either way.
  for (let rows = 0; rows < SAMPLE_ROWS && scanner.scan(units, at, units.length, rows === 0) === ROW && scanner.next > at; rows++) {
    if (rows === 0) {
      header = Array.from({ length: scanner.fields }, (_, i) => fieldText(units, scanner, i, dialect));
      fields = scanner.fields;
    } else if (scanner.fields !== fields && scanner.end > at) {
      return { fields: 0, header };
    }
    at = scanner.next;
  }
  return { fields, header };
}

export function marksOf({ delimiter, quote, encoding, endsWithCr }: Dialect): Marks {
  const unit = (character: string): number => unitOf(character.charCodeAt(0), encoding);
  const [lf, cr] = [unitOf(LF, encoding), unitOf(CR, encoding)];
  return { delimiter: unit(delimiter), quote: unit(quote), lineFeed: endsWithCr ? cr : lf, carriageReturn: cr, endsWithCr };
}

export function unitsOf(bytes: Uint8Array, encoding: TextEncoding): Units {
  if (!isWide(encoding)) return bytes;
  // A copy begins at an even place, as 16-bit units must.
  const even = bytes.slice(0, bytes.length & ~1);
  return new Uint16Array(even.buffer, 0, even.length / 2);
}

/** The value of a field: without its quotes, doubled ones made single, decoded. */
export function fieldText(units: Units, scanner: RowScanner, field: number, { encoding, quote }: Dialect): string {
  const inset = scanner.forms[field] === BARE ? 0 : 1;
  const start = (scanner.starts[field] ?? 0) + inset;
  const end = (scanner.ends[field] ?? 0) - inset;
  const part = units.subarray(start, end);
  const text = textOf(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), encoding);
  return scanner.forms[field] === QUOTED_DOUBLED ? text.replaceAll(quote + quote, quote) : text;
}

/** Refuses what cannot be told apart in a file. */
export function checkReading({ delimiter = ',', quote = '"' }: CsvReading): void {
  const isOne = (character: string): boolean => /^[\x01-\x7f]$/.test(character) && character !== '\n' && character !== '\r';
  if (!isOne(delimiter) || !isOne(quote) || delimiter === quote) {
    throw new FileRefusal('CONTENT_REFUSED', 'Delimiter and quote are each one ASCII character, not a line end, and not the same.');
  }
}
