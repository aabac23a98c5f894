/** Reads CSV as RFC 4180 says, from text that comes in pieces: CRLF or LF between records, fields in quotes where they need it. */
export class CsvReader {
  readonly #record: (fields: string[]) => void;
  #fields: string[] = [];
  #field = '';
  #state: 'start' | 'plain' | 'quoted' | 'quote' = 'start';

  constructor(record: (fields: string[]) => void) {
    this.#record = record;
  }

  feed(text: string): void {
    // Where the part of the field begins that is not in #field yet; a field may go on from the piece before.
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (this.#state === 'quoted') {
        if (code !== 0x22) continue;
        this.#field += text.slice(from, i);
        this.#state = 'quote';
      } else if (code === 0x22 && this.#state !== 'plain') {
        // A second quote right after one that seemed to end the field stands for itself.
        if (this.#state === 'quote') this.#field += '"';
        this.#state = 'quoted';
        from = i + 1;
      } else if (code === 0x2c || code === 0x0a) {
        if (this.#state === 'plain') this.#field += text.slice(from, i);
        this.#endField(code === 0x0a);
      } else if (this.#state === 'start') {
        this.#state = 'plain';
        from = i;
      }
    }
    if (this.#state === 'plain' || this.#state === 'quoted') this.#field += text.slice(from);
  }

  /** After the last piece: a record without its line end counts too. */
  end(): void {
    if (this.#fields.length > 0 || this.#state !== 'start') this.#endField(true);
  }

  #endField(isLast: boolean): void {
    const hasCr = isLast && this.#state === 'plain' && this.#field.endsWith('\r');
    this.#fields.push(hasCr ? this.#field.slice(0, -1) : this.#field);
    this.#field = '';
    this.#state = 'start';
    if (!isLast) return;
    const fields = this.#fields;
    this.#fields = [];
    this.#record(fields);
  }
}
