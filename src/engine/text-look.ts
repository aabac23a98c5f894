import { isUtf8 } from 'node:buffer';

/** Kinds of bytes. */
const [OTHER, DELIMITER, QUOTE, LF, CR, NUL] = [0, 1, 2, 3, 4, 5];
/** Where the scan is: at a field's start, in a bare one, in a quoted one, behind a quote that closes it or is the first of two, behind a CR. */
const [START, BARE, QUOTED, CLOSED, AFTER_CR] = [0, 1, 2, 3, 4];

/**
 * One look at every byte of a text of fields, for what may be read by another program than ours: it says that the text is so plain that all programs read the same rows of it, or it says nothing.
 * Plain is: UTF-8 without NUL; rows that end in LF, or all in CR LF, none of them empty; in each row the same number of fields; a quote only where it opens a field, is doubled within it, or closes
 * it in front of a delimiter or the row's end; no line end within quotes; two fields or more.
 */
export class TextLook {
  /** What each byte means. */
  readonly #kinds = new Uint8Array(256);
  readonly #fields: number;
  #isPlain = true;
  #rows = 0;
  #field = 0;
  #state = START;
  #withCr = 0;
  #hasQuotes = false;
  /** The beginning of a character whose end is in the next piece. */
  #rest: Uint8Array = new Uint8Array(0);
  #last = 0;

  /** `fields`: in each row. The delimiter and the quote are ASCII. */
  constructor({ delimiter, quote, fields }: { readonly delimiter: string; readonly quote: string; readonly fields: number }) {
    const kinds = this.#kinds;
    kinds[0] = NUL;
    kinds[10] = LF;
    kinds[13] = CR;
    kinds[delimiter.charCodeAt(0)] = DELIMITER;
    kinds[quote.charCodeAt(0)] = QUOTE;
    this.#fields = fields;
    if (fields < 2) this.#isPlain = false;
  }

  /** Takes the next bytes; a byte order mark is left out by who calls. */
  add(piece: Uint8Array): void {
    if (!this.#isPlain || piece.length === 0) return;
    this.#isPlain = this.#isText(piece) && this.#scan(piece);
    this.#last = piece[piece.length - 1] as number;
  }

  /** After the last bytes. Rows are counted without the header; null where the text is not plain, or has no row. */
  end(): { readonly rows: number; readonly hasQuotes: boolean } | null {
    if (!this.#isPlain || this.#rest.length > 0 || this.#state === QUOTED || this.#state === AFTER_CR) return null;
    const isCut = this.#last !== 10;
    if (isCut && this.#field !== this.#fields - 1) return null;
    if (this.#withCr > 0 && this.#withCr < this.#rows) return null;
    const rows = this.#rows + (isCut ? 1 : 0) - 1;
    return rows < 1 ? null : { rows, hasQuotes: this.#hasQuotes };
  }

  #isText(piece: Uint8Array): boolean {
    const all = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const end = wholeCharacters(all);
    this.#rest = Uint8Array.from(all.subarray(end));
    return isUtf8(all.subarray(0, end));
  }

  #scan(piece: Uint8Array): boolean {
    const kinds = this.#kinds;
    let state = this.#state;
    let field = this.#field;
    const last = this.#fields - 1;
    const { length } = piece;
    for (let at = 0; at < length; at++) {
      let kind = kinds[piece[at] as number] as number;
      if (kind === OTHER) {
        if (state === START) state = BARE;
        else if (state !== BARE && state !== QUOTED) return false;
        // Nearly every byte is one of these.
        do at++;
        while (at < length && (kind = kinds[piece[at] as number] as number) === OTHER);
        if (at === length) break;
      }
      if (state === QUOTED) {
        if (kind === QUOTE) state = CLOSED;
        else if (kind !== DELIMITER) return false;
      } else if (state === AFTER_CR && kind !== LF) return false;
      else if (kind === DELIMITER) {
        field++;
        state = START;
      } else if (kind === LF) {
        // A row of no bytes has one field, and there are two or more.
        if (field !== last) return false;
        field = 0;
        this.#rows++;
        if (state === AFTER_CR) this.#withCr++;
        state = START;
      } else if (kind === QUOTE) {
        // At a field's start it opens one, behind a closing one it is doubled.
        if (state === BARE) return false;
        this.#hasQuotes = true;
        state = QUOTED;
      } else if (kind === CR) state = AFTER_CR;
      else return false;
    }
    this.#state = state;
    this.#field = field;
    return true;
  }
}

/** Where the last character that is whole ends; a piece may be cut within one. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
