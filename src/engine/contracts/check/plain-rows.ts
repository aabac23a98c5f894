import { LINE } from './questions.ts';

/** Checked values as a plain table (docs/adr/0007-plain-tables-for-sql.md): UTF-8, every value quoted, nothing for NULL, LF after each row, the line first. */

const PIECE = 1 << 20;

export class PlainRows {
  readonly columns: readonly { readonly name: string; readonly type: 'VARCHAR' | 'INTEGER' }[];
  /** Bytes of the longest row, an upper bound. */
  longestRow = 0;
  readonly #places: readonly number[];
  #pieces: string[] = [];
  #length = 0;

  /** `places`: where each column stands among the values of a row. */
  constructor(names: readonly string[], places: readonly number[]) {
    this.columns = [{ name: LINE, type: 'INTEGER' }, ...names.map((name) => ({ name, type: 'VARCHAR' as const }))];
    this.#places = places;
  }

  get isFull(): boolean {
    return this.#length >= PIECE;
  }

  add(line: number, values: readonly (string | null)[]): void {
    let text = String(line);
    for (const place of this.#places) {
      const value = values[place] ?? null;
      text += value === null ? ',' : `,"${value.includes('"') ? value.replaceAll('"', '""') : value}"`;
    }
    text += '\n';
    this.#pieces.push(text);
    this.#length += text.length;
    if (text.length * 3 > this.longestRow) this.longestRow = text.length * 3;
  }

  /** The bytes since the last call. */
  take(): Uint8Array {
    const bytes = Buffer.from(this.#pieces.join(''));
    this.#pieces = [];
    this.#length = 0;
    return bytes;
  }
}
