import { isUtf8 } from 'node:buffer';
import { FileRefusal } from './refusal.ts';
import { SourceReader } from './source-reader.ts';
import type { ReadWatch, StoredSource } from './source-reader.ts';

const BUFFER_BYTES = 4 << 20;
const MAX_RECORD_BYTES = 64 << 20;
const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The texts of the objects in a JSON file: the elements of an array, or objects one after the other (NDJSON). Each is valid JSON (RFC 8259) and the text of
 * the source, character for character. One object is in memory at a time. Throws FileRefusal, also where the file is not the one that was committed.
 */
export function* jsonRecords(source: StoredSource, watch: ReadWatch): Generator<string> {
  const scanner = new RecordScanner(source, watch);
  try {
    yield* scanner.records();
    scanner.finish();
  } finally {
    scanner.close();
  }
}

class RecordScanner {
  readonly #source: StoredSource;
  readonly #reader: SourceReader;
  #buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #at = 0;
  #filled = 0;
  #ended = false;
  #number = 0;

  constructor(source: StoredSource, watch: ReadWatch) {
    this.#source = source;
    this.#reader = new SourceReader(source, watch);
  }

  *records(): Generator<string> {
    this.#fill();
    // RFC 8259 section 8.1 lets a reader pass over a byte order mark.
    if (this.#buffer[0] === 0xef && this.#buffer[1] === 0xbb && this.#buffer[2] === 0xbf) this.#at = 3;
    const first = this.#peek();
    const isList = first === OPEN_LIST;
    if (isList) this.#at++;
    for (let byte = this.#peek(); byte !== null; byte = this.#peek()) {
      if (isList && byte === CLOSE_LIST && this.#number === 0) break;
      if (byte !== OPEN_OBJECT) throw this.#refuse(this.#number === 0 && !isList ? 'it is neither an array of objects nor objects one after the other' : 'there is something that is no object');
      this.#number++;
      yield this.#record();
      const after = this.#peek();
      if (!isList) continue;
      if (after === CLOSE_LIST) break;
      if (after !== COMMA) throw this.#refuse('a comma is missing after it, or the file was cut off');
      this.#at++;
    }
    if (!isList) return;
    if (this.#peek() !== CLOSE_LIST) throw this.#refuse('the array is not closed: the file was cut off');
    this.#at++;
    if (this.#peek() !== null) throw this.#refuse('there is something behind the array');
  }

  finish(): void {
    this.#reader.finish();
  }

  close(): void {
    this.#reader.close();
  }

  /** The next byte that is no white space, without taking it; null at the end. */
  #peek(): number | null {
    for (;;) {
      while (this.#at < this.#filled) {
        const byte = this.#buffer[this.#at] as number;
        if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
        this.#at++;
      }
      if (this.#ended) return null;
      this.#fill();
    }
  }

  #record(): string {
    let depth = 0;
    let inText = false;
    let length = 0;
    for (;;) {
      const { length: room } = this.#buffer;
      for (let i = this.#at + length; i < this.#filled; i++, length++) {
        const byte = this.#buffer[i] as number;
        if (inText) {
          if (byte === BACKSLASH) {
            // The character behind it is not the end of the text, whatever it is.
            if (i + 1 === this.#filled) break;
            i++;
            length++;
          } else if (byte === QUOTE) inText = false;
        } else if (byte === QUOTE) inText = true;
        else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
        else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --depth === 0) return this.#take(length + 1);
      }
      if (this.#ended) throw this.#refuse('it is not closed: the file was cut off');
      this.#fill();
      if (this.#buffer.length > room && this.#buffer.length > MAX_RECORD_BYTES) throw this.#refuse(`it is longer than ${MAX_RECORD_BYTES >> 20} MB`);
    }
  }

  #take(length: number): string {
    const bytes = this.#buffer.subarray(this.#at, this.#at + length);
    if (!isUtf8(bytes)) throw this.#refuse('it is not UTF-8, which JSON is');
    const text = bytes.toString('utf8');
    try {
      JSON.parse(text);
    } catch {
      throw this.#refuse('it is not valid JSON');
    }
    this.#at += length;
    return text;
  }

  #fill(): void {
    if (this.#at > 0) {
      this.#buffer.copyWithin(0, this.#at, this.#filled);
      this.#filled -= this.#at;
      this.#at = 0;
    }
    if (this.#filled === this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 2);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    const count = this.#reader.read(this.#buffer, this.#filled);
    this.#filled += count;
    this.#ended = count === 0;
  }

  #refuse(what: string): FileRefusal {
    const where = this.#number === 0 ? '' : ` in object ${this.#number.toLocaleString('en-US')},`;
    return new FileRefusal('CONTENT_REFUSED', `"${this.#source.path}" is not JSON that can be made a table:${where} ${what}.`);
  }
}
