import { isWide } from './encoding.ts';
import type { Units } from './encoding.ts';
import { dialectOf, fieldText, marksOf, SAMPLE_BYTES } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import { FileRefusal } from './refusal.ts';
import { BARE, MORE, NEVER_CLOSED, ROW, RowScanner } from './row-scanner.ts';
import { SourceReader, startOf } from './source-reader.ts';
import type { ReadWatch, StoredSource } from './source-reader.ts';
import type { CsvReading } from './types.ts';

const BUFFER_BYTES = 4 << 20;
const LEAST_BUFFER_BYTES = 64 << 10;
/** A row that is longer is a quote that was never closed, or no CSV file. */
const MAX_ROW_BYTES = 256 << 20;

/** The rows of a stored CSV file, in place in a buffer that is read into again and again. The first row is the header. */
export class Rows {
  readonly dialect: Dialect;
  readonly row: RowScanner;
  /** 1, or 2 in UTF-16: what a place in units is in bytes. */
  readonly unit: 1 | 2;
  bytes: Uint8Array;
  units: Units;
  header: readonly string[] = [];
  /** Rows that differed from the header, where that is allowed. */
  ragged = 0;
  readonly #source: StoredSource;
  readonly #reader: SourceReader;
  readonly #fills: boolean;
  /** Called with the bytes of complete rows before they are overwritten: 0 up to `end`. */
  readonly #onLeave: (bytes: Uint8Array, line: number) => void;
  #at = 0;
  #filled = 0;
  #ended = false;
  #line = 1;
  #leftLine = 1;

  constructor(source: StoredSource, told: CsvReading, wanted: readonly string[], watch: ReadWatch, onLeave: (bytes: Uint8Array, line: number) => void = () => undefined) {
    this.#source = source;
    this.dialect = dialectOf(startOf(source.stored, SAMPLE_BYTES), told, wanted);
    this.row = new RowScanner(marksOf(this.dialect));
    this.unit = isWide(this.dialect.encoding) ? 2 : 1;
    this.#fills = told.ragged === 'fill';
    this.#onLeave = onLeave;
    // All of a small file and its end fit in: thousands of large buffers would pile up before they are thrown away.
    this.bytes = Buffer.allocUnsafeSlow(Math.min(BUFFER_BYTES, Math.max(LEAST_BUFFER_BYTES, 2 * Math.ceil(source.size / 2) + 2)));
    this.units = this.#view();
    this.#reader = new SourceReader(source, watch);
    this.#fill();
    this.#at = this.dialect.mark / this.unit;
  }

  /** The byte order mark, which stands before the header. */
  get mark(): Uint8Array {
    return this.bytes.subarray(0, this.dialect.mark);
  }

  /** Reads the header; false where the file is empty. Call it first. */
  readHeader(): boolean {
    if (!this.#scan()) return false;
    this.header = Array.from({ length: this.row.fields }, (_, i) => fieldText(this.units, this.row, i, this.dialect));
    return true;
  }

  /** Goes to the next row. Its fields are as many as the header's unless `ragged: fill` was told or `isBlank`. */
  next(): boolean {
    if (!this.#scan()) return false;
    if (this.row.fields !== this.header.length && !this.isBlank) this.#takeRagged();
    return true;
  }

  /** An empty line, which is no row where there is more than one column. */
  get isBlank(): boolean {
    return this.row.fields === 1 && this.header.length > 1 && this.row.forms[0] === BARE && this.row.starts[0] === this.row.end;
  }

  /** Where the current row begins, from 1. */
  get line(): number {
    return this.#line - 1 - this.row.innerLines;
  }

  /** Throws where the file is not the one that was committed. */
  finish(): void {
    this.#onLeave(this.bytes.subarray(0, this.#at * this.unit), this.#leftLine);
    this.#reader.finish();
  }

  close(): void {
    this.#reader.close();
  }

  #scan(): boolean {
    for (;;) {
      const isLast = this.#ended;
      const end = Math.floor(this.#filled / this.unit);
      if (isLast && this.#at >= end) return this.#refuseHalf();
      const found = this.row.scan(this.units, this.#at, end, isLast);
      if (found === ROW) {
        this.#at = this.row.next;
        this.#line += 1 + this.row.innerLines;
        return true;
      }
      if (found !== MORE) throw this.#malformed(found === NEVER_CLOSED ? 'a quoted field is never closed' : 'there is text behind the closing quote of a field');
      this.#fill();
    }
  }

  #refuseHalf(): false {
    if (this.#filled % this.unit === 0) return false;
    throw new FileRefusal('CONTENT_REFUSED', `"${this.#source.path}" ends in the middle of a character of UTF-16.`);
  }

  /** Moves what is not yet used to the front and reads on behind it. */
  #fill(): void {
    const used = this.#at * this.unit;
    if (used > 0) {
      this.#onLeave(this.bytes.subarray(0, used), this.#leftLine);
      this.#leftLine = this.#line;
      this.bytes.copyWithin(0, used, this.#filled);
      this.#filled -= used;
      this.#at = 0;
    }
    if (this.#filled === this.bytes.length) this.#growBuffer();
    while (this.#filled < this.bytes.length) {
      const count = this.#reader.read(this.bytes, this.#filled);
      this.#filled += count;
      this.#ended = count === 0;
      if (this.#ended) return;
    }
  }

  #growBuffer(): void {
    if (this.bytes.length >= MAX_ROW_BYTES) throw this.#malformed(`a row is longer than ${MAX_ROW_BYTES >> 20} MB`);
    const larger = Buffer.allocUnsafeSlow(this.bytes.length * 2);
    larger.set(this.bytes.subarray(0, this.#filled));
    this.bytes = larger;
    this.units = this.#view();
  }

  #view(): Units {
    return this.unit === 1 ? this.bytes : new Uint16Array(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length / 2);
  }

  #takeRagged(): void {
    if (this.#fills) {
      this.ragged++;
      return;
    }
    throw new FileRefusal(
      'CONTENT_REFUSED',
      `Line ${this.line.toLocaleString('en-US')} of "${this.#source.path}" has ${count(this.row.fields)}, its header ${count(this.header.length)}.`,
      'Mend the file and put it again; or take what is missing as empty and leave out what is too much: --ragged fill',
    );
  }

  #malformed(what: string): FileRefusal {
    return new FileRefusal('CONTENT_REFUSED', `"${this.#source.path}" is not a CSV file that can be read: in the row that begins in line ${this.#line.toLocaleString('en-US')}, ${what}.`, 'If its fields are quoted otherwise, say how: --quote CHARACTER');
  }
}

function count(fields: number): string {
  return `${fields.toLocaleString('en-US')} ${fields === 1 ? 'field' : 'fields'}`;
}
