import { isUtf8 } from 'node:buffer';
import { windowsCharacters } from './encoding.ts';
import { FileRefusal } from './refusal.ts';
import { BARE, QUOTED_DOUBLED } from './row-scanner.ts';
import type { Rows } from './rows.ts';
import type { Sink } from './sink.ts';

/**
 * A plain table: the form in which the query process gets text, so that it never has to guess how a file is written. UTF-8; `,` between fields; LF after each row;
 * no header; every value in double quotes, those in it doubled; nothing at all for NULL. An empty field of the source is NULL, a quoted empty one is ''.
 */

const [COMMA, QUOTE, LF] = [0x2c, 0x22, 0x0a];

export interface PlainTable {
  /** In the order in which they stand in the table, after the row number where there is one. */
  readonly columns: readonly string[];
  /** All that the source has. */
  readonly header: readonly string[];
  readonly rows: number;
  /** Bytes of the longest row. */
  readonly longestRow: number;
}

/** Columns are matched as SQL does, ignoring case; null takes all. With `numbered`, the first column is the number of the row from 0. */
export interface PlainWish {
  readonly columns: readonly string[] | null;
  readonly numbered: boolean;
}

/** Writes the rows as a plain table. Columns that a wish names and the file does not have are left out. */
export function plainRows(rows: Rows, wish: PlainWish, file: string, sink: Sink): PlainTable {
  if (!rows.readHeader()) throw new FileRefusal('CONTENT_REFUSED', `"${file}" is empty: it has no header that names its columns.`);
  const wanted = wish.columns === null ? null : new Set(wish.columns.map((name) => name.toLowerCase()));
  const places = rows.header.flatMap((name, place) => (wanted === null || wanted.has(name.toLowerCase()) ? [place] : []));
  const columns = places.map((place) => rows.header[place] ?? '');
  refuseTwins(columns, file);
  const write = valueWriter(rows, file, sink);
  const { row } = rows;
  let number = 0;
  let longestRow = 0;
  while (rows.next()) {
    if (rows.isBlank) continue;
    // An upper bound: quotes are added, and a unit may become three bytes.
    const bound = (row.end - (row.starts[0] as number)) * 3 + places.length * 4;
    if (bound > longestRow) longestRow = bound;
    if (wish.numbered) sink.all(Buffer.from(String(number)));
    for (let i = 0; i < places.length; i++) {
      if (i > 0 || wish.numbered) sink.byte(COMMA);
      const place = places[i] as number;
      if (place < row.fields) write(place);
    }
    sink.byte(LF);
    number++;
  }
  return { columns, header: rows.header, rows: number, longestRow };
}

function refuseTwins(columns: readonly string[], file: string): void {
  const seen = new Set<string>();
  for (const name of columns) {
    if (name === '') throw new FileRefusal('CONTENT_REFUSED', `A column of "${file}" has no name in the header, so SQL cannot speak of it.`);
    if (seen.has(name.toLowerCase())) throw new FileRefusal('CONTENT_REFUSED', `"${file}" has two columns "${name}", which SQL cannot tell apart (it ignores upper and lower case).`);
    seen.add(name.toLowerCase());
  }
}

/** Refuses bytes that are not UTF-8: for `Rows`, which calls it with whole rows. */
export function utf8Only(file: string): (bytes: Uint8Array, line: number) => void {
  return (bytes, line) => {
    if (isUtf8(bytes)) return;
    let at = 0;
    for (let end = bytes.indexOf(LF); end >= 0 && isUtf8(bytes.subarray(at, end + 1)); end = bytes.indexOf(LF, at)) {
      at = end + 1;
      line++;
    }
    throw new FileRefusal('CONTENT_REFUSED', `Line ${line.toLocaleString('en-US')} of "${file}" is not UTF-8.`, 'If the file was written by an older Windows program, say so: --encoding windows-1252');
  };
}

/** Writes one field of the current row as a value. */
function valueWriter(rows: Rows, file: string, sink: Sink): (field: number) => void {
  const { row, dialect } = rows;
  const quote = dialect.quote.charCodeAt(0);
  const character = characterWriter(rows, file, sink);
  return (field) => {
    const form = row.forms[field];
    const inset = form === BARE ? 0 : 1;
    const start = (row.starts[field] as number) + inset;
    const end = (row.ends[field] as number) - inset;
    if (form === BARE && start === end) return;
    sink.byte(QUOTE);
    // Between quotes of the same kind everything is already as it must be; a bare field may hold quotes.
    if (dialect.encoding === 'utf-8' && (form === BARE ? !hasQuote(rows.bytes, start, end) : quote === QUOTE)) sink.copy(rows.bytes, start, end);
    else for (let at = start; at < end; at = character(at, end)) if (form === QUOTED_DOUBLED && unitAt(rows, at) === quote) at++;
    sink.byte(QUOTE);
  };
}

function hasQuote(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] === QUOTE) return true;
  return false;
}

/** The value of a unit in UTF-16, the byte in all other encodings. */
function unitAt({ units, dialect }: Rows, at: number): number {
  const unit = units[at] as number;
  return dialect.encoding === 'utf-16be' ? ((unit & 0xff) << 8) | (unit >> 8) : unit;
}

/** Writes the character at a place and answers the place behind it. */
function characterWriter(rows: Rows, file: string, sink: Sink): (at: number, end: number) => number {
  const byteOf = (value: number): void => {
    if (value === QUOTE) sink.byte(QUOTE);
    sink.byte(value);
  };
  const { encoding } = rows.dialect;
  if (encoding === 'utf-8') {
    return (at) => {
      byteOf(rows.bytes[at] as number);
      return at + 1;
    };
  }
  if (encoding === 'windows-1252') {
    const utf8 = Array.from(windowsCharacters(), (text) => Buffer.from(text));
    return (at) => {
      const byte = rows.bytes[at] as number;
      if (byte < 0x80) byteOf(byte);
      else sink.all(utf8[byte] as Uint8Array);
      return at + 1;
    };
  }
  return (at, end) => {
    const first = unitAt(rows, at);
    if (first < 0x80) {
      byteOf(first);
      return at + 1;
    }
    const isPair = first >= 0xd800 && first < 0xdc00 && at + 1 < end;
    const text = isPair ? String.fromCharCode(first, unitAt(rows, at + 1)) : String.fromCharCode(first);
    if (!text.isWellFormed()) throw new FileRefusal('CONTENT_REFUSED', `"${file}" holds half a character of UTF-16 (a lone surrogate).`);
    sink.all(Buffer.from(text));
    return at + text.length;
  };
}
